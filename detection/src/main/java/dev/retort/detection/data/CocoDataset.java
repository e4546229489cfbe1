package dev.retort.detection.data;

import java.nio.file.Files;
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
    private final ImageStore store;
    private final List<ImageInfo> images;
    private final List<Category> categories;
    private final Map<Long, List<Annotation>> annotations;
    private final Map<Long, Integer> classes;
    private final List<String> notices;

    /** Takes parts that were validated; {@code categories} sorted by id. */
    CocoDataset(
            String source,
            ImageFolders folders,
            List<ImageInfo> images,
            List<Category> categories,
            Map<Long, List<Annotation>> annotations,
            List<String> notices) {
        this(
                source,
                new FileImages(source, folders, ImageFileReader.DEFAULT_MAX_PIXELS),
                images,
                categories,
                annotations,
                notices);
    }

    private CocoDataset(
            String source,
            ImageStore store,
            List<ImageInfo> images,
            List<Category> categories,
            Map<Long, List<Annotation>> annotations,
            List<String> notices) {
        this.source = source;
        this.store = store;
        this.images = List.copyOf(images);
        this.categories = List.copyOf(categories);
        this.annotations = annotations;
        this.notices = List.copyOf(notices);
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
        return new CocoDataset(source, new HeldImages(source, pixels), images, categories, byImage, List.of());
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
        return new CocoDataset(source, store.withMaxPixels(pixels), images, categories, annotations, notices);
    }

    private CocoDataset subset(List<ImageInfo> kept) {
        if (kept.isEmpty()) {
            throw new DataException("No image of " + source + " is left after the selection");
        }
        Map<Long, List<Annotation>> keptAnnotations = new LinkedHashMap<>();
        for (ImageInfo image : kept) {
            keptAnnotations.put(image.id(), annotations(image.id()));
        }
        return new CocoDataset(source, store, kept, categories, keptAnnotations, notices);
    }

    /**
     * The file of an image, perhaps in a zip file.
     *
     * @throws DataException if images are held in memory, or if its name cannot be that of a file
     */
    public Path file(ImageInfo image) {
        return store.file(image);
    }

    /** Whether an image's name leads out of the image folder: it is absolute, or goes up. Links are not followed. */
    boolean liesOutside(ImageInfo image) {
        return store.liesOutside(image);
    }

    /**
     * Decodes an image, turned as its rotation tag says.
     *
     * @throws ImageException if it is missing, damaged, too large or of another size than the annotation file says
     */
    public RgbImage image(ImageInfo image) {
        return store.image(image);
    }

    /**
     * Reads an image's header and refuses what {@link #image} would refuse by it.
     *
     * @return how the image is turned
     */
    Orientation checkHeader(ImageInfo image) {
        return store.checkHeader(image);
    }

    /** Decodes every image once and returns one message for each that cannot be used. */
    public List<String> imageProblems() {
        return ImageCheck.whole(this).problems().stream()
                .map(ImageCheck.Problem::message)
                .toList();
    }
}
