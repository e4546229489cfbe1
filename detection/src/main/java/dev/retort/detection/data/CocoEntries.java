package dev.retort.detection.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The entries of COCO's two JSON files, field by field, before anything is held against anything else. What an entry lacks
 * or has wrong is gathered, and the entry left out; fields that nobody needs (segmentation, licenses) are passed over.
 *
 * <p>Accepted besides COCO's own form: whole numbers written as {@code 1.0} or as text, {@code iscrowd} as true or false or
 * missing (0), a missing {@code area}, a byte order mark.
 */
public final class CocoEntries {
    /** An image's entry; null is what was not asked for. */
    public record RgbImage(long id, String fileName, Integer width, Integer height) {}

    /** An annotation's entry; the area is null where the file has none. */
    public record Box(long id, long imageId, long categoryId, double[] box, Double area, boolean crowd) {}

    /**
     * What an annotation file holds.
     *
     * @param images the images' entries, as far as they are sound
     * @param imageIds of all entries, the faulty ones included
     * @param categories likewise sound
     * @param categoryIds likewise of all
     * @param annotations as far as they are sound by themselves
     */
    public record Annotations(
            List<RgbImage> images,
            Set<Long> imageIds,
            List<Category> categories,
            Set<Long> categoryIds,
            List<Box> annotations) {}

    /** An entry of a results file. */
    public record Result(long imageId, long categoryId, double[] box, double score) {}

    private static final String IMAGES = "images";
    private static final String CATEGORIES = "categories";
    private static final String ANNOTATIONS = "annotations";
    private static final String DETECTIONS = "detections";
    /** What an entry of each list is. */
    private static final Map<String, String> KINDS =
            Map.of(IMAGES, "image", CATEGORIES, "category", ANNOTATIONS, "annotation", DETECTIONS, "detection");

    private static final List<String> ID = List.of("id");
    private static final List<String> IMAGE_FIELDS = List.of("id", "file_name", "width", "height");
    private static final List<String> CATEGORY_FIELDS = List.of("id", "name");
    private static final List<String> ANNOTATION_FIELDS =
            List.of("id", "image_id", "category_id", "bbox", "area", "iscrowd");
    private static final List<String> RESULT_FIELDS = List.of("image_id", "category_id", "bbox", "score");

    private final String file;
    private final Problems problems;
    private final Set<Long> imageIds = new HashSet<>();
    private final Set<Long> categoryIds = new HashSet<>();
    private final Set<Long> annotationIds = new HashSet<>();

    private List<RgbImage> images;
    private List<Category> categories;
    private List<Box> annotations;

    private CocoEntries(String file, Problems problems) {
        this.file = file;
        this.problems = problems;
    }

    /**
     * Reads an annotation file.
     *
     * @param withImages whether the images' names and sizes are needed
     * @throws DataException if it is no JSON, no object, or lacks one of its lists
     */
    public static Annotations annotations(Path file, boolean withImages, Problems problems) throws IOException {
        CocoEntries entries = new CocoEntries(ZipFolder.shown(file), problems);
        JsonWalk.read(file, walk -> {
            entries.readLists(walk, withImages);
            return null;
        });
        if (entries.images == null || entries.imageIds.isEmpty() && problems.isEmpty()) {
            throw new DataException(entries.file + " lists no images: 'images' is missing or empty");
        }
        if (entries.categories == null || entries.categoryIds.isEmpty() && problems.isEmpty()) {
            throw new DataException(entries.file + " lists no categories: 'categories' is missing or empty");
        }
        if (entries.annotations == null) {
            throw new DataException(
                    entries.file + " has no 'annotations' list (a data set without any boxes has an empty one)");
        }
        return new Annotations(
                entries.images, entries.imageIds, entries.categories, entries.categoryIds, entries.annotations);
    }

    /**
     * Reads a results file: a list of image_id, category_id, bbox and score.
     *
     * @throws DataException if it is no JSON or no list
     */
    public static List<Result> results(Path file, Problems problems) throws IOException {
        return JsonWalk.read(file, walk -> {
            if (!walk.isList()) {
                throw new DataException(file + " is " + walk.kind()
                        + ": a results file is a list of entries with image_id, category_id, bbox and score, nothing"
                        + " around it" + (walk.isObject() ? ". Take the list out of the object" : ""));
            }
            return list(walk, DETECTIONS, RESULT_FIELDS, problems, CocoEntries::result);
        });
    }

    private void readLists(JsonWalk walk, boolean withImages) {
        if (!walk.isObject()) {
            throw new DataException(file + " is " + walk.kind()
                    + ": a COCO annotation file is an object with 'images', 'annotations' and 'categories'"
                    + (walk.isList() ? ". A list of detections goes to 'retort eval --detections'" : ""));
        }
        walk.fields(name -> {
            switch (name) {
                case IMAGES ->
                    images =
                            once(images, walk, name, withImages ? IMAGE_FIELDS : ID, entry -> image(entry, withImages));
                case CATEGORIES -> categories = once(categories, walk, name, CATEGORY_FIELDS, entry -> category(entry));
                case ANNOTATIONS -> annotations = once(annotations, walk, name, ANNOTATION_FIELDS, entry -> box(entry));
                default -> walk.skip();
            }
        });
    }

    private interface Maker<T> {
        /** Null if the entry cannot be used. */
        T make(JsonEntry entry);
    }

    private <T> List<T> once(List<T> before, JsonWalk walk, String name, List<String> fields, Maker<T> maker) {
        if (before != null) {
            throw new DataException(file + " has the key '" + name + "' twice, the second time " + walk.place()
                    + ": merge the two lists into one");
        }
        if (walk.isNull()) {
            return null;
        }
        if (!walk.isList()) {
            throw new DataException(file + " has " + walk.kind() + " for '" + name + "' " + walk.place()
                    + ": it must be a list of objects");
        }
        return list(walk, name, fields, problems, maker);
    }

    private static <T> List<T> list(
            JsonWalk walk, String name, List<String> fields, Problems problems, Maker<T> maker) {
        List<T> made = new ArrayList<>();
        int[] number = {0};
        walk.items(() -> {
            int at = number[0]++;
            JsonEntry entry = JsonEntry.read(walk, KINDS.get(name), name + " entry number " + at, fields, problems);
            T one = entry == null ? null : maker.make(entry);
            if (one != null) {
                made.add(one);
            }
        });
        return made;
    }

    private RgbImage image(JsonEntry entry, boolean withImages) {
        Long id = entry.required("id") ? entry.whole("id") : null;
        if (!unique(imageIds, id, entry, "image")) {
            return null;
        }
        if (!withImages) {
            return new RgbImage(id, null, null, null);
        }
        String name = entry.required("file_name") ? entry.text("file_name") : null;
        Integer width = entry.required("width") ? entry.positive("width") : null;
        Integer height = entry.required("height") ? entry.positive("height") : null;
        if (name != null && name.isBlank()) {
            entry.problem("empty file_name", "has an empty file_name");
            return null;
        }
        return name == null || width == null || height == null ? null : new RgbImage(id, name, width, height);
    }

    private Category category(JsonEntry entry) {
        Long id = entry.required("id") ? entry.whole("id") : null;
        if (!unique(categoryIds, id, entry, "category")) {
            return null;
        }
        String name = entry.required("name") ? entry.text("name") : null;
        return name == null ? null : new Category(id, name);
    }

    private Box box(JsonEntry entry) {
        Long id = entry.required("id") ? entry.whole("id") : null;
        boolean unique = unique(annotationIds, id, entry, "annotation");
        Long image = entry.required("image_id") ? entry.whole("image_id") : null;
        Long category = entry.required("category_id") ? entry.whole("category_id") : null;
        double[] box = entry.required("bbox") ? entry.box("bbox") : null;
        Double area = entry.number("area");
        boolean crowd = entry.flag("iscrowd");
        boolean sound = unique && image != null && category != null && box != null;
        return sound ? new Box(id, image, category, box, area, crowd) : null;
    }

    private static Result result(JsonEntry entry) {
        Long image = entry.required("image_id") ? entry.whole("image_id") : null;
        Long category = entry.required("category_id") ? entry.whole("category_id") : null;
        double[] box = entry.required("bbox") ? entry.box("bbox") : null;
        Double score = entry.required("score") ? entry.number("score") : null;
        if (score != null && !Double.isFinite(score)) {
            entry.problem("finite score", "has the score " + score + ": it must be finite");
            return null;
        }
        boolean sound = image != null && category != null && box != null && score != null;
        return sound ? new Result(image, category, box, score) : null;
    }

    /** Whether the id is there and was not there before, which is a problem. */
    private static boolean unique(Set<Long> ids, Long id, JsonEntry entry, String what) {
        if (id != null && !ids.add(id)) {
            entry.problem("id twice", "occurs twice: give every " + what + " its own id");
            return false;
        }
        return id != null;
    }
}
