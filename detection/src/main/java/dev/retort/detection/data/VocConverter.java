package dev.retort.detection.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Converts a Pascal VOC data set (Annotations/*.xml, JPEGImages, ImageSets/Main/*.txt) to the COCO layout of
 * {@link DataFolder}.
 *
 * <p>Corners are 1-based and inclusive, so a box becomes [xmin - 1, ymin - 1, xmax - xmin + 1, ymax - ymin + 1] with its
 * area w*h. Objects whose corners coincide in x or y, and those wholly outside their image, are left out and reported.
 * The {@code difficult} and {@code truncated} flags are not carried over. Image ids count the annotation files in sorted
 * order from 1; annotation ids run through them in the same order, so both are unique over all splits.
 */
public final class VocConverter {
    private static final String XML = ".xml";

    /**
     * What was done.
     *
     * @param images images a split, by its name
     * @param annotations objects a split
     * @param dropped one line for every object that was left out
     * @param notes one line for everything else that is not as the lists have it
     */
    public record Report(
            Map<String, Integer> images, Map<String, Integer> annotations, List<String> dropped, List<String> notes) {}

    private record VocObject(String name, double xmin, double ymin, double xmax, double ymax) {}

    private record VocImage(long id, String fileName, int width, int height, List<VocObject> objects) {
        ImageInfo info() {
            return new ImageInfo(id, fileName, width, height);
        }
    }

    private final Path root;
    private final VocXml xml = new VocXml();
    private final Problems problems = new Problems();

    private VocConverter(Path root) {
        this.root = root;
    }

    /**
     * Converts the splits train, val and test, as far as they exist and name an image, and copies their images.
     *
     * @param root the folder with Annotations, JPEGImages and ImageSets
     * @param categories names in the order of their ids 1..K; if empty, all names found, in alphabetical order
     * @param target the data set folder to write; it must not exist yet, or be empty
     * @throws DataException if something is wrong with the data set; of files and names that do not fit it tells all at once
     */
    public static Report convert(Path root, List<String> categories, Path target) {
        Report report = new Report(new LinkedHashMap<>(), new LinkedHashMap<>(), new ArrayList<>(), new ArrayList<>());
        WholeFolder.write(target, folder -> new VocConverter(root).run(categories, folder, report));
        return report;
    }

    private void run(List<String> categoryNames, Path target, Report report) throws IOException {
        Set<String> names = annotationFiles();
        Map<String, List<String>> splits = VocLists.read(root, names, report.notes);
        VocImages files = new VocImages(root);
        Map<String, VocImage> images = new TreeMap<>();
        for (String name : names) {
            image(name, images.size() + 1, files, images);
        }
        List<Category> categories = categories(categoryNames, images);
        Map<String, Long> ids = new LinkedHashMap<>();
        categories.forEach(category -> ids.put(category.name(), category.id()));
        Map<String, List<Annotation>> annotations = annotations(images, ids, report);
        splits.forEach((split, listed) -> check(split, listed, names, images, files));
        if (!problems.isEmpty()) {
            throw new DataException(String.join(";\n", problems.lines()));
        }
        for (Map.Entry<String, List<String>> split : splits.entrySet()) {
            List<ImageInfo> infos = new ArrayList<>();
            List<Annotation> objects = new ArrayList<>();
            DataFolder folder = DataFolder.standard(target, split.getKey());
            Path imageFolder = folder.images().get(0);
            Files.createDirectories(imageFolder);
            for (String name : split.getValue()) {
                ImageInfo image = images.get(name).info();
                infos.add(image);
                objects.addAll(annotations.get(name));
                Files.copy(
                        files.folder().resolve(image.fileName()),
                        imageFolder.resolve(image.fileName()),
                        StandardCopyOption.REPLACE_EXISTING);
            }
            Map<String, String> info = Map.of("description", "Converted from Pascal VOC, split " + split.getKey());
            CocoWriter.write(folder.annotations(), info, infos, categories, objects);
            report.images.put(split.getKey(), infos.size());
            report.annotations.put(split.getKey(), objects.size());
        }
    }

    private Set<String> annotationFiles() throws IOException {
        Path folder = root.resolve("Annotations");
        if (!Files.isDirectory(folder)) {
            throw new DataException("No folder " + folder + ": name the folder that holds Annotations and JPEGImages");
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(XML))
                    .map(name -> name.substring(0, name.length() - XML.length()))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    /** A list may name only what is there. */
    private void check(
            String split, List<String> listed, Set<String> names, Map<String, VocImage> images, VocImages files) {
        for (String name : listed) {
            if (!names.contains(name)) {
                problems.add(
                        "no xml",
                        name,
                        // Not a path: what a list names need not be one.
                        () -> "Split " + split + " of " + root + " names '" + name + "', but there is no " + name + XML
                                + " in " + root.resolve("Annotations"));
            } else if (images.containsKey(name) && images.get(name).fileName == null) {
                problems.add(
                        "no image",
                        name,
                        () -> "Split " + split + " names '" + name + "', but the image "
                                + files.folder().resolve(name + ".jpg") + " (or .png and so on) is not there");
            }
        }
    }

    /** The COCO annotations of every image, by its name; objects that no image shows go to the report. */
    private Map<String, List<Annotation>> annotations(
            Map<String, VocImage> images, Map<String, Long> ids, Report report) {
        Map<String, List<Annotation>> annotations = new LinkedHashMap<>();
        long next = 1;
        for (Map.Entry<String, VocImage> entry : images.entrySet()) {
            ImageInfo image = entry.getValue().info();
            List<Annotation> list = new ArrayList<>();
            for (VocObject object : entry.getValue().objects) {
                double[] box = {
                    object.xmin - 1, object.ymin - 1, object.xmax - object.xmin + 1, object.ymax - object.ymin + 1
                };
                boolean flat = object.xmax <= object.xmin || object.ymax <= object.ymin;
                if (flat || CocoReader.isOutside(box, image)) {
                    report.dropped.add(entry.getKey() + ": " + object.name + " [" + object.xmin + ", " + object.ymin
                            + ", " + object.xmax + ", " + object.ymax + "] "
                            + (flat ? "has no extent" : "is wholly outside the image"));
                    continue;
                }
                if (!ids.containsKey(object.name)) {
                    String name = object.name;
                    problems.add(
                            "class " + name,
                            entry.getKey(),
                            () -> xml(entry.getKey())
                                    + " has an object of class '" + name + "', which is not among the categories "
                                    + ids.keySet() + ": add it");
                    continue;
                }
                double area = box[2] * box[3];
                list.add(new Annotation(
                        next++, image.id(), ids.get(object.name), box[0], box[1], box[2], box[3], area, false));
            }
            annotations.put(entry.getKey(), list);
        }
        return annotations;
    }

    private void image(String name, long id, VocImages files, Map<String, VocImage> images) throws IOException {
        Path file = xml(name);
        try {
            VocXml.Element annotation = xml.read(file);
            VocXml.Element size = annotation.child("size");
            int width = (int) size.number("width");
            int height = (int) size.number("height");
            if (width <= 0 || height <= 0) {
                throw new DataException(file + " gives the size " + width + "x" + height + ": both must be positive");
            }
            List<VocObject> objects = new ArrayList<>();
            for (VocXml.Element object : annotation.all("object")) {
                VocXml.Element box = object.child("bndbox");
                objects.add(new VocObject(
                        object.child("name").text(),
                        box.number("xmin"),
                        box.number("ymin"),
                        box.number("xmax"),
                        box.number("ymax")));
            }
            String image = files.find(name, annotation.textOf("filename"));
            images.put(name, new VocImage(id, image, width, height, objects));
        } catch (DataException e) {
            // Of one kind is what differs in names and places only.
            String kind = e.getMessage().replace(file.toString(), "").replaceAll("\\d+", "");
            problems.add(kind, name, e::getMessage);
        }
    }

    private List<Category> categories(List<String> given, Map<String, VocImage> images) {
        List<String> names = given.stream().map(String::strip).toList();
        if (names.isEmpty()) {
            TreeSet<String> found = new TreeSet<>();
            images.values().forEach(image -> image.objects.forEach(object -> found.add(object.name)));
            names = List.copyOf(found);
        }
        Set<String> once = new LinkedHashSet<>(names);
        if (once.size() < names.size() || !given.isEmpty() && once.contains("")) {
            throw new DataException("The names of the classes must differ and not be empty, not " + names);
        }
        if (names.isEmpty() && problems.isEmpty()) {
            throw new DataException("No annotation file in " + root.resolve("Annotations")
                    + " has an object: name the classes (--classes), if there are to be none");
        }
        List<Category> categories = new ArrayList<>();
        for (String name : names) {
            categories.add(new Category(categories.size() + 1, name));
        }
        return categories;
    }

    private Path xml(String name) {
        return root.resolve("Annotations").resolve(name + XML);
    }
}
