package dev.retort.detection.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;
import org.xml.sax.helpers.DefaultHandler;

/**
 * Converts a Pascal VOC data set (Annotations/*.xml, JPEGImages, ImageSets/Main/*.txt) to the COCO layout of
 * {@link DataFolder}.
 *
 * <p>Corners are 1-based and inclusive, so a box becomes [xmin - 1, ymin - 1, xmax - xmin + 1, ymax - ymin + 1] with its
 * area w*h. Objects whose corners coincide in x or y are left out and reported. The {@code difficult} and
 * {@code truncated} flags are not carried over. Image ids count the annotation files in sorted order from 1; annotation
 * ids run through them in the same order, so both are unique over all splits.
 */
public final class VocConverter {
    private static final List<String> SPLITS = List.of("train", "val", "test");

    /**
     * What was done.
     *
     * @param images pictures a split, by its name
     * @param annotations objects a split
     * @param dropped one line for every object that was left out
     */
    public record Report(Map<String, Integer> images, Map<String, Integer> annotations, List<String> dropped) {}

    private record VocObject(String name, double xmin, double ymin, double xmax, double ymax) {}

    private record VocPicture(ImageInfo info, List<VocObject> objects) {}

    private final Path root;
    private final DocumentBuilder parser;

    private VocConverter(Path root) {
        this.root = root;
        this.parser = parser();
    }

    /**
     * Converts the splits train, val and test, as far as they exist, and copies their pictures.
     *
     * @param root the folder with Annotations, JPEGImages and ImageSets
     * @param categories names in the order of their ids 1..K; if empty, all names found, in alphabetical order
     * @param target the data set folder to write; it must not exist yet, or be empty
     */
    public static Report convert(Path root, List<String> categories, Path target) {
        Report report = new Report(new LinkedHashMap<>(), new LinkedHashMap<>(), new ArrayList<>());
        WholeFolder.write(target, folder -> new VocConverter(root).run(categories, folder, report));
        return report;
    }

    private void run(List<String> categoryNames, Path target, Report report) throws IOException {
        Map<String, List<String>> splits = splits();
        Map<String, VocPicture> pictures = pictures();
        List<Category> categories = categories(categoryNames, pictures);
        Map<String, Long> ids = new LinkedHashMap<>();
        categories.forEach(category -> ids.put(category.name(), category.id()));

        Map<String, List<Annotation>> annotations = annotations(pictures, ids, report);
        for (Map.Entry<String, List<String>> split : splits.entrySet()) {
            List<ImageInfo> images = new ArrayList<>();
            List<Annotation> objects = new ArrayList<>();
            DataFolder folder = DataFolder.standard(target, split.getKey());
            Files.createDirectories(folder.images());
            for (String name : split.getValue()) {
                VocPicture picture = pictures.get(name);
                if (picture == null) {
                    throw new DataException("Split " + split.getKey() + " of " + root + " names '" + name + "', but "
                            + xml(name) + " is not there");
                }
                images.add(picture.info);
                objects.addAll(annotations.get(name));
                copy(picture.info.fileName(), folder.images());
            }
            Map<String, String> info = Map.of("description", "Converted from Pascal VOC, split " + split.getKey());
            CocoWriter.write(folder.annotations(), info, images, categories, objects);
            report.images.put(split.getKey(), images.size());
            report.annotations.put(split.getKey(), objects.size());
        }
    }

    /** The COCO annotations of every picture, by its name; objects without extent go to the report. */
    private Map<String, List<Annotation>> annotations(
            Map<String, VocPicture> pictures, Map<String, Long> ids, Report report) {
        Map<String, List<Annotation>> annotations = new LinkedHashMap<>();
        long next = 1;
        for (Map.Entry<String, VocPicture> entry : pictures.entrySet()) {
            List<Annotation> list = new ArrayList<>();
            for (VocObject object : entry.getValue().objects) {
                if (object.xmax <= object.xmin || object.ymax <= object.ymin) {
                    report.dropped.add(entry.getKey() + ": " + object.name + " [" + object.xmin + ", " + object.ymin
                            + ", " + object.xmax + ", " + object.ymax + "] has no extent");
                    continue;
                }
                if (!ids.containsKey(object.name)) {
                    throw new DataException(xml(entry.getKey()) + " has an object of class '" + object.name
                            + "', which is not among the categories " + ids.keySet() + ": add it");
                }
                double w = object.xmax - object.xmin + 1;
                double h = object.ymax - object.ymin + 1;
                list.add(new Annotation(
                        next++,
                        entry.getValue().info.id(),
                        ids.get(object.name),
                        object.xmin - 1,
                        object.ymin - 1,
                        w,
                        h,
                        w * h,
                        false));
            }
            annotations.put(entry.getKey(), list);
        }
        return annotations;
    }

    private Map<String, List<String>> splits() throws IOException {
        Map<String, List<String>> splits = new LinkedHashMap<>();
        Path folder = root.resolve("ImageSets").resolve("Main");
        for (String split : SPLITS) {
            Path list = folder.resolve(split + ".txt");
            if (Files.isRegularFile(list)) {
                // Per-class lists carry a flag after the name.
                splits.put(
                        split,
                        Files.readAllLines(list).stream()
                                .map(line -> line.strip().split("\\s+")[0])
                                .filter(name -> !name.isEmpty())
                                .toList());
            }
        }
        if (splits.isEmpty()) {
            throw new DataException("No split list in " + folder + ": looked for train.txt, val.txt and test.txt");
        }
        return splits;
    }

    private Map<String, VocPicture> pictures() throws IOException {
        Path folder = root.resolve("Annotations");
        if (!Files.isDirectory(folder)) {
            throw new DataException("No folder " + folder + ": name the folder that holds Annotations and JPEGImages");
        }
        TreeSet<String> names = new TreeSet<>();
        try (Stream<Path> files = Files.list(folder)) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".xml"))
                    .forEach(name -> names.add(name.substring(0, name.length() - ".xml".length())));
        }
        Map<String, VocPicture> pictures = new TreeMap<>();
        for (String name : names) {
            pictures.put(name, picture(name, pictures.size() + 1));
        }
        return pictures;
    }

    private VocPicture picture(String name, long id) throws IOException {
        Path file = xml(name);
        Element annotation = parse(file);
        Element size = child(annotation, "size", file);
        int width = (int) number(size, "width", file);
        int height = (int) number(size, "height", file);
        if (width <= 0 || height <= 0) {
            throw new DataException(file + " gives the size " + width + "x" + height + ": both must be positive");
        }
        List<VocObject> objects = new ArrayList<>();
        NodeList nodes = annotation.getElementsByTagName("object");
        for (int i = 0; i < nodes.getLength(); i++) {
            Element object = (Element) nodes.item(i);
            Element box = child(object, "bndbox", file);
            objects.add(new VocObject(
                    child(object, "name", file).getTextContent().strip(),
                    number(box, "xmin", file),
                    number(box, "ymin", file),
                    number(box, "xmax", file),
                    number(box, "ymax", file)));
        }
        // The file name inside the XML is often wrong; the picture is the one with the annotation file's own name.
        return new VocPicture(new ImageInfo(id, name + ".jpg", width, height), objects);
    }

    private static List<Category> categories(List<String> given, Map<String, VocPicture> pictures) {
        List<String> names = given;
        if (names.isEmpty()) {
            TreeSet<String> found = new TreeSet<>();
            pictures.values().forEach(picture -> picture.objects.forEach(object -> found.add(object.name)));
            names = List.copyOf(found);
        }
        List<Category> categories = new ArrayList<>();
        for (String name : names) {
            categories.add(new Category(categories.size() + 1, name));
        }
        return categories;
    }

    private void copy(String fileName, Path images) throws IOException {
        Path source = root.resolve("JPEGImages").resolve(fileName);
        if (!Files.isRegularFile(source)) {
            throw new DataException("Picture " + source + " is not there, but a split names it");
        }
        Files.copy(source, images.resolve(fileName), StandardCopyOption.REPLACE_EXISTING);
    }

    private Path xml(String name) {
        return root.resolve("Annotations").resolve(name + ".xml");
    }

    private Element parse(Path file) throws IOException {
        try {
            Document document = parser.parse(file.toFile());
            return document.getDocumentElement();
        } catch (SAXParseException e) {
            throw new DataException(
                    file + " is not valid XML at line " + e.getLineNumber() + ", column " + e.getColumnNumber() + ": "
                            + e.getMessage(),
                    e);
        } catch (SAXException e) {
            throw new DataException(file + " is not valid XML: " + e.getMessage(), e);
        }
    }

    /** A parser that refuses document type declarations, hence external entities and entity bombs. */
    private static DocumentBuilder parser() {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.setExpandEntityReferences(false);
            DocumentBuilder builder = factory.newDocumentBuilder();
            // The default handler would also print to the error stream.
            builder.setErrorHandler(new DefaultHandler());
            return builder;
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException("The XML parser of this Java cannot be made safe: " + e.getMessage(), e);
        }
    }

    private static Element child(Element parent, String name, Path file) {
        // Direct children only: a VOC object can hold <part>s with names and boxes of their own.
        for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element && element.getTagName().equals(name)) {
                return element;
            }
        }
        throw new DataException(file + " has no <" + name + "> in a <" + parent.getTagName() + ">");
    }

    private static double number(Element parent, String name, Path file) {
        String text = child(parent, name, file).getTextContent().strip();
        try {
            double value = Double.parseDouble(text);
            if (Double.isFinite(value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Reported below, as a number that is not finite is.
        }
        throw new DataException(file + " has '" + text + "' for <" + name + ">: it must be a finite number");
    }
}
