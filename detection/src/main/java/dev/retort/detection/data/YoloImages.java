package dev.retort.detection.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The images of a split of a YOLO data set, and where their labels lie: in the folder {@code labels} in place of the last
 * {@code images} of their path, or beside the image if there is none.
 */
final class YoloImages {
    /** Those that cannot be read are listed, too, so that they are told. */
    private static final List<String> ENDINGS = List.of(
            ".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".heic", ".heif", ".avif", ".jp2");

    /** The folder of label files. */
    static final String LABELS = "labels";

    private static final String LIST = ".txt";
    private static final int MOST_BYTES = 1 << 28;
    private static final String UP = "../";
    private static final String HERE = "./";

    private final YoloFolder folder;

    YoloImages(YoloFolder folder) {
        this.folder = folder;
    }

    /**
     * The images, sorted by their paths, each once.
     *
     * @throws DataException if what the YAML file names is not there, or there is no image
     */
    List<Path> of(String split) {
        TreeSet<Path> images = new TreeSet<>();
        for (String entry : folder.entries(split)) {
            String shown = Printable.shortened(entry);
            try {
                add(entry, split, images);
            } catch (InvalidPathException e) {
                throw wrong(
                        "names " + shown + " for '" + split + "', which can be no path here (" + e.getReason() + ")");
            } catch (IOException | UncheckedIOException e) {
                throw new DataException(
                        "Cannot read " + shown + " of " + ZipFolder.shown(folder.file()) + ": "
                                + Printable.shortened(e.getMessage()),
                        e);
            }
        }
        if (images.isEmpty()) {
            throw wrong("names " + Printable.shortened(String.join(", ", folder.entries(split))) + " for '" + split
                    + "', and no image is there");
        }
        return List.copyOf(images);
    }

    private void add(String entry, String split, TreeSet<Path> images) throws IOException {
        Path path = folder.root().resolve(entry).normalize();
        if (!Files.exists(path) && entry.startsWith(UP)) {
            // Exporters write it so, though the file lies in the root.
            path = folder.root().resolve(entry.substring(UP.length())).normalize();
        }
        if (Files.isDirectory(path)) {
            try (Stream<Path> files = Files.walk(path, FileVisitOption.FOLLOW_LINKS)) {
                files.filter(file -> isImage(file) && Files.isRegularFile(file)).forEach(images::add);
            }
        } else if (entry.endsWith(LIST) && Files.isRegularFile(path)) {
            String text = new String(ZipFolder.content(path, MOST_BYTES), StandardCharsets.UTF_8);
            for (String line : text.lines().map(String::strip).toList()) {
                if (!line.isEmpty()) {
                    images.add(listed(line, path));
                }
            }
        } else {
            throw wrong("names " + Printable.shortened(entry) + " for '" + split + "', and there is no "
                    + ZipFolder.shown(path) + ": correct the path, or the key 'path' that it counts from");
        }
    }

    /** An image of a list, which counts from the list's own folder or from the data set's. */
    private Path listed(String line, Path list) {
        Path beside = list.resolveSibling(line).normalize();
        return line.startsWith(HERE) || Files.exists(beside)
                ? beside
                : folder.root().resolve(line).normalize();
    }

    private static boolean isImage(Path file) {
        String name = file.getFileName().toString();
        return !ZipFolder.isExtra(file) && ENDINGS.stream().anyMatch(name.toLowerCase(Locale.ROOT)::endsWith);
    }

    /** The name of an image below the data set's root; its whole path if it lies elsewhere. */
    String name(Path image) {
        Path root = folder.root();
        return (image.startsWith(root) ? root.relativize(image) : image)
                .toString()
                .replace('\\', '/');
    }

    /** The file with an image's labels, whether it is there or not. */
    Path labels(Path image) {
        String file = image.getFileName().toString();
        int dot = file.lastIndexOf('.');
        String name = (dot < 0 ? file : file.substring(0, dot)) + LIST;
        Path parent = image.getParent();
        for (Path above = parent; above != null && !above.equals(folder.root()); above = above.getParent()) {
            if (above.endsWith(DataFolder.IMAGES)) {
                return above.resolveSibling(LABELS)
                        .resolve(above.relativize(parent))
                        .resolve(name);
            }
        }
        return image.resolveSibling(name);
    }

    private DataException wrong(String what) {
        return new DataException(ZipFolder.shown(folder.file()) + " " + what);
    }
}
