package dev.retort.detection.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where one split of a data set lies: its COCO annotation file and its picture folder. Three layouts are known, tried
 * in this order for a split such as {@code train}:
 *
 * <pre>
 * DIR/annotations/train.json                + DIR/images/
 * DIR/annotations/instances_train.json      + DIR/train/
 * DIR/annotations/instances_train2017.json  + DIR/train2017/     (COCO's own)
 * </pre>
 */
public record DataFolder(Path annotations, Path images) {
    /** The name of the picture folder of a data set written by this project. */
    public static final String IMAGES = "images";

    /** The name of the annotation folder. */
    public static final String ANNOTATIONS = "annotations";

    /**
     * Finds a split.
     *
     * @throws DataException naming every place that was looked at, and the annotation files that are there
     */
    public static DataFolder find(Path directory, String split) {
        List<DataFolder> layouts = layouts(directory, split);
        for (DataFolder layout : layouts) {
            if (Files.isRegularFile(layout.annotations)) {
                if (!Files.isDirectory(layout.images)) {
                    throw new DataException(layout.annotations + " is there, but its picture folder " + layout.images
                            + " is not. Put the pictures there, or name the annotation file and the picture folder"
                            + " separately.");
                }
                return layout;
            }
        }
        String looked = layouts.stream()
                .map(layout -> "  " + layout.annotations + " with " + layout.images)
                .collect(Collectors.joining("\n"));
        throw new DataException("No split '" + split + "' in " + directory + ". Looked for:\n" + looked + "\n"
                + present(directory.resolve(ANNOTATIONS)));
    }

    /** Whether a split's annotation file is there, in any of the layouts. */
    public static boolean hasAnnotations(Path directory, String split) {
        return layouts(directory, split).stream().anyMatch(layout -> Files.isRegularFile(layout.annotations));
    }

    /** The places of a split in the layout that this project writes. */
    public static DataFolder standard(Path directory, String split) {
        return new DataFolder(directory.resolve(ANNOTATIONS).resolve(split + ".json"), directory.resolve(IMAGES));
    }

    private static List<DataFolder> layouts(Path directory, String split) {
        Path folder = directory.resolve(ANNOTATIONS);
        List<DataFolder> layouts = new ArrayList<>();
        layouts.add(standard(directory, split));
        for (String suffix : List.of("", "2017")) {
            String name = split + suffix;
            layouts.add(new DataFolder(folder.resolve("instances_" + name + ".json"), directory.resolve(name)));
        }
        return layouts;
    }

    private static String present(Path folder) {
        if (!Files.isDirectory(folder)) {
            return "There is no folder " + folder + ": name the data set's root folder.";
        }
        try (Stream<Path> files = Files.list(folder)) {
            String names = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".json"))
                    .sorted()
                    .collect(Collectors.joining(", "));
            return names.isEmpty() ? "The folder " + folder + " holds no .json file." : "There is: " + names + ".";
        } catch (IOException e) {
            throw new DataException("Cannot list " + folder + ": " + e.getMessage(), e);
        }
    }
}
