package dev.retort.acceptance.golden;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A set of golden reference data: a zip on the test class path, or a folder or zip that the system property {@code retort.golden} names
 * (relative to the root of the repository; several are separated as in a class path). {@code manifest.json} lists the cases; a README beside it
 * tells the format.
 */
public final class GoldenSet implements Closeable {
    /** Names folders, or zips of such, with other sets of the same format. */
    public static final String PROPERTY = "retort.golden";

    /** On the test class path. */
    private static final List<String> PACKAGED = List.of("golden.zip", "golden-detectors.zip", "golden-methods.zip");

    private final Path root;
    private final FileSystem zip;
    private final Map<String, GoldenCase> cases = new LinkedHashMap<>();

    private GoldenSet(Path root, FileSystem zip) throws IOException {
        this.root = root;
        this.zip = zip;
        Path manifest = root.resolve("manifest.json");
        if (!Files.exists(manifest)) {
            throw new IOException("No golden set at " + root + ": it has no manifest.json");
        }
        try (InputStream in = Files.newInputStream(manifest)) {
            for (JsonNode node : new JsonMapper().readTree(in).required("cases")) {
                GoldenCase golden = new GoldenCase(this, node);
                if (cases.putIfAbsent(golden.name(), golden) != null) {
                    throw new IOException(manifest + " lists " + golden.name() + " twice");
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
        List<Path> places = new ArrayList<>();
        String named = System.getProperty(PROPERTY, "");
        for (String place : named.isEmpty() ? new String[0] : named.split(File.pathSeparator)) {
            places.add(
                    Path.of(place).isAbsolute()
                            ? Path.of(place)
                            : repositoryRoot().resolve(place));
        }
        for (String packaged : named.isEmpty() ? PACKAGED : List.<String>of()) {
            places.add(packaged(packaged));
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

    private static Path packaged(String name) throws IOException {
        URL resource = GoldenSet.class.getResource("/" + name);
        if (resource == null) {
            throw new IOException(name + " is not on the class path");
        }
        try {
            return Path.of(resource.toURI());
        } catch (URISyntaxException e) {
            throw new IOException(name + " has an odd address: " + resource, e);
        }
    }

    /** Opens the set in a folder, or in a zip of one. */
    static GoldenSet open(Path named) throws IOException {
        return Files.isRegularFile(named) ? inside(named) : new GoldenSet(named, null);
    }

    private static GoldenSet inside(Path file) throws IOException {
        FileSystem zip = FileSystems.newFileSystem(file);
        try {
            return new GoldenSet(zip.getPath("/"), zip);
        } catch (Throwable failure) {
            zip.close();
            throw failure;
        }
    }

    /** The parent of the module that the tests run in. */
    private static Path repositoryRoot() {
        Path module = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        return module.getParent();
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
