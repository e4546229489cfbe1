package dev.retort.detection.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The images of a Pascal VOC data set, whose annotation files have their names without the ending. */
final class VocImages {
    private static final List<String> ENDINGS = List.of("jpg", "jpeg", "png", "bmp", "gif");

    private final Path folder;
    /** File names, sorted, by the name without the ending. */
    private final Map<String, TreeSet<String>> files = new HashMap<>();

    VocImages(Path root) throws IOException {
        folder = root.resolve("JPEGImages");
        if (!Files.isDirectory(folder)) {
            throw new DataException("No folder " + folder + ": the images belong there");
        }
        try (Stream<Path> entries = Files.list(folder)) {
            entries.map(entry -> entry.getFileName().toString()).forEach(name -> {
                int dot = name.lastIndexOf('.');
                if (dot > 0 && ENDINGS.contains(name.substring(dot + 1).toLowerCase(Locale.ROOT))) {
                    files.computeIfAbsent(name.substring(0, dot), stem -> new TreeSet<>())
                            .add(name);
                }
            });
        }
    }

    Path folder() {
        return folder;
    }

    /**
     * The file of an image; null if there is none.
     *
     * @param name that of the annotation file
     * @param said the file name that stands in it, which is often wrong and only decides between several
     */
    String find(String name, String said) {
        TreeSet<String> candidates = files.get(name);
        if (candidates == null) {
            return null;
        }
        return candidates.contains(said) ? said : candidates.first();
    }
}
