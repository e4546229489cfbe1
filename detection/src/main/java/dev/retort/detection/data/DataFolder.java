package dev.retort.detection.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where one split of a data set lies: its COCO annotation file and its image folder. These layouts are known, tried in
 * this order for a split such as {@code train}; of several image folders the first that is there is taken:
 *
 * <pre>
 * DIR/annotations/train.json                + DIR/images/
 * DIR/annotations/instances_train.json      + DIR/train/, DIR/images/train/ or DIR/images/  (CVAT; default is a split, too)
 * DIR/annotations/instances_train2017.json  + DIR/train2017/, ...                           (COCO's own)
 * DIR/train/_annotations.coco.json          + DIR/train/        (Roboflow; valid is found as val, too)
 * DIR/result.json                           + DIR/images/       (Label Studio; the split is called result)
 * </pre>
 */
public record DataFolder(Path annotations, Path images) {
    /** The name of the image folder of a data set written by this project. */
    public static final String IMAGES = "images";

    /** The name of the annotation folder. */
    public static final String ANNOTATIONS = "annotations";

    private static final String JSON = ".json";
    private static final String COCO_PREFIX = "instances_";
    private static final String COCO_YEAR = "2017";
    private static final String ROBOFLOW = "_annotations.coco.json";
    private static final String LABEL_STUDIO = "result";

    /** An annotation file that may be there, and where its images may lie. */
    private record Layout(Path annotations, List<Path> images) {}

    /**
     * Finds a split.
     *
     * @throws DataException naming every place that was looked at, and the annotation files that are there
     */
    public static DataFolder find(Path directory, String split) {
        List<Layout> layouts = layouts(directory, split);
        for (Layout layout : layouts) {
            if (Files.isRegularFile(layout.annotations)) {
                Path images = layout.images.stream()
                        .filter(Files::isDirectory)
                        .findFirst()
                        .orElseThrow(() -> new DataException(layout.annotations
                                + " is there, but its image folder is not. Put the images into "
                                + places(layout.images)));
                return new DataFolder(layout.annotations, images);
            }
        }
        String looked = layouts.stream()
                .map(layout -> "  " + directory.relativize(layout.annotations) + " with "
                        + places(layout.images.stream()
                                .map(directory::relativize)
                                .toList()))
                .collect(Collectors.joining("\n"));
        throw new DataException(
                "No split '" + split + "' in " + directory + ". Looked for:\n" + looked + "\n" + present(directory));
    }

    /** Whether a split's annotation file is there, in any of the layouts. */
    public static boolean hasAnnotations(Path directory, String split) {
        return layouts(directory, split).stream().anyMatch(layout -> Files.isRegularFile(layout.annotations));
    }

    /** The places of a split in the layout that this project writes. */
    public static DataFolder standard(Path directory, String split) {
        return new DataFolder(directory.resolve(ANNOTATIONS).resolve(split + JSON), directory.resolve(IMAGES));
    }

    /** Names of the splits that are there, in any of the layouts, those of the annotation folder first. */
    public static List<String> splits(Path directory) {
        return List.copyOf(files(directory).keySet());
    }

    private static List<Layout> layouts(Path directory, String split) {
        Path folder = directory.resolve(ANNOTATIONS);
        Path images = directory.resolve(IMAGES);
        List<Layout> layouts = new ArrayList<>();
        layouts.add(new Layout(folder.resolve(split + JSON), List.of(images)));
        for (String name : List.of(split, split + COCO_YEAR)) {
            layouts.add(new Layout(
                    folder.resolve(COCO_PREFIX + name + JSON),
                    List.of(directory.resolve(name), images.resolve(name), images)));
        }
        for (String name : split.equals("val") ? List.of(split, "valid") : List.of(split)) {
            layouts.add(new Layout(directory.resolve(name).resolve(ROBOFLOW), List.of(directory.resolve(name))));
        }
        if (split.equals(LABEL_STUDIO)) {
            layouts.add(new Layout(directory.resolve(LABEL_STUDIO + JSON), List.of(images)));
        }
        return layouts;
    }

    private static String places(List<Path> folders) {
        return folders.stream().map(Path::toString).collect(Collectors.joining(" or "));
    }

    private static String present(Path directory) {
        Map<String, Path> files = files(directory);
        if (files.isEmpty()) {
            return "There is no annotation file in it: name the data set's root folder, which holds the folder "
                    + ANNOTATIONS + ".";
        }
        return files.entrySet().stream()
                .map(entry -> entry.getKey() + " (" + directory.relativize(entry.getValue()) + ")")
                .collect(Collectors.joining(
                        ", ",
                        "There is: ",
                        ". Name one with --split, or in the recipe's data.trainSplit, data.testSplit."));
    }

    /** Annotation files by the name of their split. */
    private static Map<String, Path> files(Path directory) {
        Map<String, Path> files = new LinkedHashMap<>();
        Path single = directory.resolve(LABEL_STUDIO + JSON);
        try {
            for (Path file : listed(directory.resolve(ANNOTATIONS))) {
                String name = file.getFileName().toString();
                if (name.endsWith(JSON)) {
                    String stem = name.substring(0, name.length() - JSON.length());
                    files.put(stem.startsWith(COCO_PREFIX) ? year(stem.substring(COCO_PREFIX.length())) : stem, file);
                }
            }
            for (Path folder : listed(directory)) {
                if (Files.isRegularFile(folder.resolve(ROBOFLOW))) {
                    files.put(folder.getFileName().toString(), folder.resolve(ROBOFLOW));
                }
            }
        } catch (IOException e) {
            throw new DataException("Cannot list " + directory + ": " + e.getMessage(), e);
        }
        if (Files.isRegularFile(single)) {
            files.put(LABEL_STUDIO, single);
        }
        return files;
    }

    private static String year(String name) {
        return name.endsWith(COCO_YEAR) ? name.substring(0, name.length() - COCO_YEAR.length()) : name;
    }

    private static List<Path> listed(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        }
    }
}
