package dev.retort.acceptance.golden;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A set of golden reference data: a folder whose {@code manifest.json} lists the cases, beside a README that tells the format, or a zip of
 * one. Sets are opened from the places that the system property {@code retort.golden} names, separated as in a class path: sets, or
 * folders of zips called {@code golden*.zip}. Without it they are the zips on the test class path.
 */
public final class GoldenSet implements Closeable {
    /**
     * Names places of sets; relative ones count from the root of the repository in Maven's tests, elsewhere from the working folder.
     */
    public static final String PROPERTY = "retort.golden";

    /** On the test class path, with the other packaged sets beside it. */
    private static final String PACKAGED = "golden.zip";

    private final Path root;
    private final FileSystem zip;
    private final Map<String, GoldenCase> cases = new LinkedHashMap<>();

    private GoldenSet(Path named, Path root, FileSystem zip) throws IOException {
        this.root = root;
        this.zip = zip;
        Path manifest = root.resolve("manifest.json");
        if (!Files.exists(manifest)) {
            throw new IOException(named + ": this is no golden set, as it has no manifest.json");
        }
        try (InputStream in = Files.newInputStream(manifest)) {
            for (JsonNode node : new JsonMapper().readTree(in).required("cases")) {
                GoldenCase golden = new GoldenCase(this, node);
                if (cases.putIfAbsent(golden.name(), golden) != null) {
                    throw new IOException(named + ": manifest.json lists " + golden.name() + " twice");
                }
            }
        }
    }

    /**
     * Opens the sets that the system property names, else the packaged ones. They are the caller's to close.
     *
     * @throws IOException if one is missing or damaged; none is open then
     */
    public static List<GoldenSet> openAll() throws IOException {
        String named = System.getProperty(PROPERTY, "");
        List<Path> places = new ArrayList<>();
        if (named.isEmpty()) {
            places.addAll(setsAt(packaged().getParent()));
        } else {
            for (String place : named.split(File.pathSeparator)) {
                places.addAll(setsAt(base().resolve(place)));
            }
        }
        List<GoldenSet> sets = new ArrayList<>();
        try {
            for (Path place : places) {
                sets.add(open(place));
            }
        } catch (Throwable failure) {
            for (GoldenSet set : sets) {
                set.close();
            }
            throw failure;
        }
        return sets;
    }

    /** The place itself if it is a set, else the zips of sets in the folder, {@code golden.zip} before {@code golden-*.zip}. */
    static List<Path> setsAt(Path place) throws IOException {
        if (Files.isRegularFile(place) || Files.exists(place.resolve("manifest.json"))) {
            return List.of(place);
        }
        List<Path> zips = new ArrayList<>();
        if (Files.isDirectory(place)) {
            try (DirectoryStream<Path> found = Files.newDirectoryStream(place, "golden*.zip")) {
                found.forEach(zips::add);
            }
        }
        if (zips.isEmpty()) {
            throw new IOException(
                    place + ": no golden set is here. Name a folder of one, a zip, or a folder of zips with"
                            + " RETORT_GOLDEN or -D" + PROPERTY
                            + "; Retort's repository has zips in acceptance/src/test/resources");
        }
        zips.sort(Comparator.comparing(zip -> zip.getFileName().toString().replace(".zip", "")));
        return zips;
    }

    private static Path packaged() throws IOException {
        URL resource = GoldenSet.class.getResource("/" + PACKAGED);
        if (resource == null) {
            throw new IOException(PACKAGED + " is not on the class path: name a golden set with -D" + PROPERTY);
        }
        try {
            return Path.of(resource.toURI());
        } catch (URISyntaxException e) {
            throw new IOException(PACKAGED + " has an odd address: " + resource, e);
        }
    }

    /** Opens the set in a folder, or in a zip of one. */
    static GoldenSet open(Path named) throws IOException {
        return Files.isRegularFile(named) ? inside(named) : new GoldenSet(named, named, null);
    }

    private static GoldenSet inside(Path file) throws IOException {
        FileSystem zip = FileSystems.newFileSystem(file);
        try {
            return new GoldenSet(file, zip.getPath("/"), zip);
        } catch (Throwable failure) {
            zip.close();
            throw failure;
        }
    }

    /** What relative places count from. Maven tells its tests the folder of their module. */
    private static Path base() {
        Path here = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        return System.getProperty("basedir") == null ? here : here.getParent();
    }

    /** All cases, in the manifest's order. */
    public List<GoldenCase> cases() {
        return new ArrayList<>(cases.values());
    }

    /** The case of this name. */
    public GoldenCase get(String name) {
        GoldenCase golden = cases.get(name);
        if (golden == null) {
            throw new IllegalArgumentException("The golden set has no case " + name);
        }
        return golden;
    }

    /** A file of the set. */
    Path resolve(String file) {
        return root.resolve(file);
    }

    @Override
    public void close() throws IOException {
        if (zip != null) {
            zip.close();
        }
    }
}
