package dev.retort.detection.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where one split of a data set in COCO's format lies: its annotation file and its image folders. These layouts are known,
 * tried in this order for a split such as {@code train}:
 *
 * <pre>
 * DIR/annotations/train.json                + DIR/images/
 * DIR/annotations/instances_train.json      + DIR/train/, DIR/images/train/ or DIR/images/  (CVAT; default is a split, too)
 * DIR/annotations/instances_train2017.json  + DIR/train2017/, ...                           (COCO's own)
 * DIR/train/_annotations.coco.json          + DIR/train/        (Roboflow; valid is found as val, too)
 * DIR/result.json                           + DIR/images/       (Label Studio; the split is called result)
 * </pre>
 *
 * <p>An image folder that is not there may be a zip file, {@code DIR/train2017.zip}, and the whole of DIR may be one. All image folders of a
 * layout that are there count, in this order, then DIR itself; where there is none, all folders and zip files of DIR do.
 *
 * @param annotations the annotation file
 * @param images folders that the images may lie in, of which the first that has an image counts
 * @param missing image folders of the layout, if none of them is there; else empty
 */
public record DataFolder(Path annotations, List<Path> images, List<Path> missing) {
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
     * The folder of a data set: what was given, or the one in a zip file.
     *
     * @throws DataException if it is a file, but no zip file
     */
    public static Path root(Path given) {
        if (!Files.isRegularFile(given)) {
            return given;
        }
        Path root = ZipFolder.root(given);
        try {
            Path inner = ZipFolder.inner(root);
            return splits(root).isEmpty() && !splits(inner).isEmpty() ? inner : root;
        } catch (IOException e) {
            throw new DataException("Cannot list " + given + ": " + e.getMessage(), e);
        }
    }

    /**
     * Finds a split in COCO's format.
     *
     * @throws DataException naming every place that was looked at, and the splits that are there
     */
    public static DataFolder find(Path directory, String split) {
        Path root = root(directory);
        List<Layout> layouts = layouts(root, split);
        for (Layout layout : layouts) {
            if (Files.isRegularFile(layout.annotations)) {
                return of(root, layout);
            }
        }
        String looked = layouts.stream()
                .map(layout -> "  " + root.relativize(layout.annotations) + " with "
                        + places(layout.images.stream().map(root::relativize).toList()))
                .collect(Collectors.joining("\n"));
        throw new DataException("No split '" + split + "' in " + ZipFolder.shown(root) + ". Looked for:\n" + looked
                + "\n  data.yaml with the key " + split + " (YOLO)\n" + present(root));
    }

    private static DataFolder of(Path root, Layout layout) {
        try {
            Set<Path> images = new LinkedHashSet<>();
            for (Path folder : layout.images) {
                addIfThere(folder, images);
            }
            boolean found = !images.isEmpty();
            for (Path entry : found ? List.<Path>of() : listed(root)) {
                if (!entry.endsWith(ANNOTATIONS) && !ZipFolder.isExtra(entry)) {
                    addIfThere(ZipFolder.folder(entry), images);
                }
            }
            boolean none = images.isEmpty();
            images.add(root);
            DataFolder folder =
                    new DataFolder(layout.annotations, List.copyOf(images), found ? List.of() : layout.images);
            if (none) {
                throw folder.noImages();
            }
            return folder;
        } catch (IOException e) {
            throw new DataException("Cannot list " + ZipFolder.shown(root) + ": " + e.getMessage(), e);
        }
    }

    /** Adds a folder if it is there, else what is in the zip file that has its name. */
    private static void addIfThere(Path folder, Set<Path> images) throws IOException {
        Path zip = folder.resolveSibling(folder.getFileName() + ZipFolder.ENDING);
        if (Files.isDirectory(folder)) {
            images.add(folder);
        } else if (!ZipFolder.contains(zip) && Files.isRegularFile(zip)) {
            Path root = ZipFolder.root(zip);
            images.add(root);
            images.add(ZipFolder.inner(root));
        }
    }

    /** What is wrong where none of the images is in any folder of the data set. */
    DataException noImages() {
        return new DataException(ZipFolder.shown(annotations)
                + " is there, but its image folder is not. Put the images into " + places(missing));
    }

    /** Whether a split is there, in any of the layouts or as YOLO has it. */
    public static boolean hasAnnotations(Path directory, String split) {
        Path root = root(directory);
        return hasCoco(root, split)
                || YoloFolder.find(root).map(yolo -> yolo.has(split)).orElse(false);
    }

    /** Whether a split's annotation file is there, in any of the layouts. */
    static boolean hasCoco(Path root, String split) {
        return layouts(root, split).stream().anyMatch(layout -> Files.isRegularFile(layout.annotations));
    }

    /** The places of a split in the layout that this project writes. */
    public static DataFolder standard(Path directory, String split) {
        return new DataFolder(
                directory.resolve(ANNOTATIONS).resolve(split + JSON), List.of(directory.resolve(IMAGES)), List.of());
    }

    /** Names of the splits that are there, in any of the layouts, those of the annotation folder first, YOLO's last. */
    public static List<String> splits(Path directory) {
        return List.copyOf(files(root(directory)).keySet());
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
        return folders.stream().map(ZipFolder::shown).collect(Collectors.joining(" or "));
    }

    private static String present(Path directory) {
        Map<String, Path> files = files(directory);
        if (files.isEmpty() && Files.isDirectory(directory.resolve(YoloImages.LABELS))) {
            return "There is a folder " + YoloImages.LABELS
                    + ", as YOLO has it: write a data.yaml beside it, with names and"
                    + " train, val or test.";
        }
        if (files.isEmpty()) {
            return "There is no annotation file in it: name the data set's root folder, which holds the folder "
                    + ANNOTATIONS + ", or YOLO's data.yaml.";
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
            throw new DataException("Cannot list " + ZipFolder.shown(directory) + ": " + e.getMessage(), e);
        }
        if (Files.isRegularFile(single)) {
            files.put(LABEL_STUDIO, single);
        }
        YoloFolder.find(directory)
                .ifPresent(yolo -> yolo.splits().keySet().forEach(split -> files.putIfAbsent(split, yolo.file())));
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
