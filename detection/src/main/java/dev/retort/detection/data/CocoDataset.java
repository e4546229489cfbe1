package dev.retort.detection.data;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A validated detection data set as COCO describes one: images, categories and annotations, in the order of the file. Class
 * indexes are 0..K-1 in ascending order of category id. Immutable; images are decoded on demand.
 *
 * <p>What {@link CocoReader} and {@link YoloReader} refuse and what they only note is described there; {@link #notices()} has
 * the notes.
 */
public final class CocoDataset {
    private final String source;
    private final ImageFolders imageFolders;
    /** Images by id, where they are held in memory; null where they are files. */
    private final Map<Long, RgbImage> held;

    private final List<ImageInfo> images;
    private final List<Category> categories;
    private final Map<Long, List<Annotation>> annotations;
    private final Map<Long, Integer> classes;
    private final List<String> notices;
    private final long maxPixels;

    /** Takes parts that were validated; {@code categories} sorted by id. */
    CocoDataset(
            String source,
            ImageFolders imageFolders,
            List<ImageInfo> images,
            List<Category> categories,
            Map<Long, List<Annotation>> annotations,
            List<String> notices) {
        this(source, imageFolders, null, images, categories, annotations, notices, ImageFileReader.DEFAULT_MAX_PIXELS);
    }

    private CocoDataset(
            String source,
            ImageFolders imageFolders,
            Map<Long, RgbImage> held,
            List<ImageInfo> images,
            List<Category> categories,
            Map<Long, List<Annotation>> annotations,
            List<String> notices,
            long maxPixels) {
        this.source = source;
        this.imageFolders = imageFolders;
        this.held = held;
        this.images = List.copyOf(images);
        this.categories = List.copyOf(categories);
        this.annotations = annotations;
        this.notices = List.copyOf(notices);
        this.maxPixels = maxPixels;
        this.classes = new HashMap<>();
        for (Category category : categories) {
            classes.put(category.id(), classes.size());
        }
    }

    /**
     * Opens a split of a data set: a folder, or a zip file of one. {@link DataFolder} lists the layouts in COCO's format,
     * {@link YoloReader} tells what is read of YOLO's; where there are both, COCO's is taken.
     *
     * @throws DataException if the split is not there, or anything is wrong with its annotations
     */
    public static CocoDataset open(Path directory, String split) {
        return examine(directory, split).sound();
    }

    /**
     * A split with what is wrong in its annotation file.
     *
     * @param dataset of the entries that are sound
     * @param problems a line for each kind of problem; {@link #open} would refuse the file with them
     */
    public record Examined(CocoDataset dataset, List<String> problems) {
        /**
         * The data set, if there is nothing wrong.
         *
         * @throws DataException with all problems
         */
        CocoDataset sound() {
            if (!problems.isEmpty()) {
                throw new DataException(String.join(";\n", problems));
            }
            return dataset;
        }
    }

    /**
     * Opens a split and leaves out what is wrong with it, for those who want to see all of it.
     *
     * @throws DataException if the split is not there, or its annotation file is none
     */
    public static Examined examine(Path directory, String split) {
        Path root = DataFolder.root(directory);
        if (!DataFolder.hasCoco(root, split)) {
            Optional<YoloFolder> yolo = YoloFolder.find(root).filter(found -> found.has(split));
            if (yolo.isPresent()) {
                return YoloReader.examine(yolo.get(), split);
            }
        }
        DataFolder folder = DataFolder.find(root, split);
        ImageFolders images = new ImageFolders(folder.images());
        Examined examined = CocoReader.examine(folder.annotations(), images);
        boolean none = examined.dataset.images().stream().noneMatch(image -> images.has(image.fileName()));
        if (none && !folder.missing().isEmpty()) {
            throw folder.noImages();
        }
        return examined;
    }

    /** Opens an annotation file whose images lie in {@code imageFolder}. */
    public static CocoDataset open(Path annotations, Path imageFolder) {
        if (!Files.isDirectory(imageFolder)) {
            throw new DataException("The image folder " + imageFolder + " of " + annotations + " is not there");
        }
        return CocoReader.examine(annotations, new ImageFolders(List.of(imageFolder)))
                .sound();
    }

    /**
     * A data set whose images are held in memory, for programs that make their own.
     *
     * @param source names it in messages
     * @param categories sorted by id
     * @param pixels by the id of their entry in {@code images}, of its size
     */
    public static CocoDataset inMemory(
            String source,
            List<ImageInfo> images,
            List<Category> categories,
            List<Annotation> annotations,
            Map<Long, RgbImage> pixels) {
        Map<Long, List<Annotation>> byImage = new LinkedHashMap<>();
        for (Annotation annotation : annotations) {
            byImage.computeIfAbsent(annotation.imageId(), id -> new ArrayList<>())
                    .add(annotation);
        }
        return new CocoDataset(
                source,
                null,
                Map.copyOf(pixels),
                images,
                categories,
                byImage,
                List.of(),
                ImageFileReader.DEFAULT_MAX_PIXELS);
    }

    /** The annotation file, for messages. */
    public String source() {
        return source;
    }

    /** Notes of the reader: repaired or remarkable things, one sentence each. Show them to the user. */
    public List<String> notices() {
        return notices;
    }

    /** Number of images. */
    public int size() {
        return images.size();
    }

    /** All images in file order. */
    public List<ImageInfo> images() {
        return images;
    }

    /** Categories in class order: entry k is class k. */
    public List<Category> categories() {
        return categories;
    }

    /** Names in class order. */
    public List<String> classNames() {
        return categories.stream().map(Category::name).toList();
    }

    /** The class index of a category id of this data set. */
    public int classOf(long categoryId) {
        Integer index = classes.get(categoryId);
        if (index == null) {
            throw new DataException(source + " has no category id " + categoryId + "; it has " + classes.keySet());
        }
        return index;
    }

    /** The annotations of an image, crowds included, in file order. */
    public List<Annotation> annotations(long imageId) {
        return annotations.getOrDefault(imageId, List.of());
    }

    /** Number of annotations of all images, crowds included. */
    public int annotationCount() {
        return images.stream().mapToInt(image -> annotations(image.id()).size()).sum();
    }

    /** Instances a class, crowds left out: {@code [K]}. */
    public int[] classCounts() {
        int[] counts = new int[categories.size()];
        for (ImageInfo image : images) {
            for (Annotation annotation : annotations(image.id())) {
                if (!annotation.crowd()) {
                    counts[classOf(annotation.categoryId())]++;
                }
            }
        }
        return counts;
    }

    /** The data set without the images that have no annotation other than crowds (as detectron2 trains). */
    public CocoDataset withoutEmptyImages() {
        return subset(images.stream()
                .filter(image -> annotations(image.id()).stream().anyMatch(a -> !a.crowd()))
                .toList());
    }

    /** The first {@code count} images (all, if there are fewer), with all categories. */
    public CocoDataset head(int count) {
        return subset(images.subList(0, Math.min(count, images.size())));
    }

    /** The data set without these images. */
    CocoDataset without(Set<Long> imageIds) {
        return subset(
                images.stream().filter(image -> !imageIds.contains(image.id())).toList());
    }

    /** The same data set, which refuses images of more than {@code pixels}, whatever fits the heap. */
    public CocoDataset withMaxPixels(long pixels) {
        return new CocoDataset(source, imageFolders, held, images, categories, annotations, notices, pixels);
    }

    private CocoDataset subset(List<ImageInfo> kept) {
        if (kept.isEmpty()) {
            throw new DataException("No image of " + source + " is left after the selection");
        }
        Map<Long, List<Annotation>> keptAnnotations = new LinkedHashMap<>();
        for (ImageInfo image : kept) {
            keptAnnotations.put(image.id(), annotations(image.id()));
        }
        return new CocoDataset(source, imageFolders, held, kept, categories, keptAnnotations, notices, maxPixels);
    }

    /**
     * The file of an image, perhaps in a zip file.
     *
     * @throws DataException if images are held in memory, or if its name cannot be that of a file
     */
    public Path file(ImageInfo image) {
        if (held != null) {
            throw new DataException("The images of " + source + " are held in memory, not in files");
        }
        try {
            return imageFolders.file(image.fileName());
        } catch (InvalidPathException e) {
            throw new ImageException(
                    ImageFault.NAME,
                    "The file_name of " + who(image) + ", " + image.fileName() + ", can be that of no file here ("
                            + e.getReason() + "). Correct it, and rename the image if it has that name.",
                    e);
        }
    }

    /** Whether an image's name leads out of the image folder: it is absolute, or goes up. Links are not followed. */
    boolean liesOutside(ImageInfo image) {
        if (held != null) {
            return false;
        }
        try {
            Path name = Path.of(image.fileName()).normalize();
            return name.isAbsolute() || name.startsWith("..");
        } catch (InvalidPathException e) {
            return false;
        }
    }

    /**
     * Decodes an image, turned as its rotation tag says.
     *
     * @throws ImageException if it is missing, damaged, too large or of another size than the annotation file says
     */
    public RgbImage image(ImageInfo image) {
        if (held == null) {
            RgbImage decoded = ImageFileReader.read(existing(image), maxPixels);
            if (decoded.width() != image.width() || decoded.height() != image.height()) {
                throw misfit(image, ImageHeader.read(file(image)));
            }
            return decoded;
        }
        RgbImage decoded = held.get(image.id());
        if (decoded == null) {
            throw new ImageException(
                    ImageFault.MISSING, "Image id " + image.id() + " of " + source + " has no image in memory");
        }
        if (decoded.width() != image.width() || decoded.height() != image.height()) {
            throw new ImageException(
                    ImageFault.SIZE,
                    "Image " + image.fileName() + " is " + decoded.width() + "x" + decoded.height() + ", but "
                            + source + " says " + image.width() + "x" + image.height() + " for image id "
                            + image.id());
        }
        return decoded;
    }

    /**
     * Reads an image's header and refuses what {@link #image} would refuse by it.
     *
     * @return how the image is turned
     */
    Orientation checkHeader(ImageInfo image) {
        if (held != null) {
            image(image);
            return Orientation.UPRIGHT;
        }
        Path file = existing(image);
        ImageHeader header = ImageHeader.read(file);
        ImageMemory.checkSize(header, maxPixels, ZipFolder.shown(file));
        if (header.width() != image.width() || header.height() != image.height()) {
            throw misfit(image, header);
        }
        return header.orientation();
    }

    private ImageException misfit(ImageInfo image, ImageHeader header) {
        boolean unturned =
                header.turned() && header.storedWidth() == image.width() && header.storedHeight() == image.height();
        String is = header.width() + "x" + header.height();
        String says = "but " + source + " says " + image.width() + "x" + image.height() + " for image id " + image.id();
        String file = ZipFolder.shown(file(image));
        return new ImageException(
                ImageFault.SIZE,
                "Image " + file
                        + (unturned
                                ? " has rotation tag " + header.orientation().tag() + " and is shown as " + is + ", "
                                        + says + ", as it is stored. If its boxes were drawn on the turned image, as"
                                        + " viewers show it, exchange width and height; if on the stored one, take the"
                                        + " tag away (exiftool -Orientation= FILE, jpegtran -copy none)."
                                : " is " + is + ", " + says + ". Boxes would not fit: correct the entry's width and"
                                        + " height, or restore the original file."));
    }

    private String who(ImageInfo image) {
        return "image id " + image.id() + " of " + source;
    }

    private Path existing(ImageInfo image) {
        Path file = file(image);
        if (!Files.isRegularFile(file)) {
            throw new ImageException(
                    ImageFault.MISSING,
                    "Image " + ZipFolder.shown(file) + " (" + who(image)
                            + ") is not there. Put it there, or remove the entry.");
        }
        return file;
    }

    /** Decodes every image once and returns one message for each that cannot be used. */
    public List<String> imageProblems() {
        return ImageCheck.whole(this).problems().stream()
                .map(ImageCheck.Problem::message)
                .toList();
    }
}
