package dev.retort.detection.eval;

import dev.retort.detection.data.Annotation;
import dev.retort.detection.data.Category;
import dev.retort.detection.data.Problems;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What detections are held against: images, categories and annotations, each in any order.
 *
 * @param imageIds all images, those without annotation included
 */
public record GroundTruthSet(List<Long> imageIds, List<Category> categories, List<Annotation> annotations) {
    /**
     * Checks that ids are unique and known and that numbers are finite.
     *
     * @throws IllegalArgumentException naming the offenders
     */
    public GroundTruthSet {
        imageIds = List.copyOf(imageIds);
        categories = List.copyOf(categories);
        annotations = List.copyOf(annotations);
        Problems problems = new Problems();
        Set<Long> images = unique("Image", imageIds, problems);
        Set<Long> known =
                unique("Category", categories.stream().map(Category::id).toList(), problems);
        unique("Annotation", annotations.stream().map(Annotation::id).toList(), problems);
        for (Annotation a : annotations) {
            String what = "Annotation " + a.id();
            check(what, a.imageId(), a.categoryId(), images, known, problems);
            checkBox(what, a.x(), a.y(), a.w(), a.h(), problems);
            if (!Double.isFinite(a.area())) {
                problems.add("area", what, () -> what + " has the area " + a.area() + ": it must be finite");
            }
        }
        refuse(problems);
    }

    /** How many objects of a size class are to be found, by category id, without crowds; categories that have none are missing. */
    public Map<Long, Long> objects(AreaRange area) {
        return annotations.stream()
                .filter(a -> !a.crowd() && area.contains(a.area()))
                .collect(Collectors.groupingBy(Annotation::categoryId, Collectors.counting()));
    }

    /** The categories, ascending by id. */
    List<Category> sortedCategories() {
        return categories.stream()
                .sorted(Comparator.comparingLong(Category::id))
                .toList();
    }

    /**
     * Checks that detections belong to this set's images and categories and that their numbers are finite.
     *
     * @throws IllegalArgumentException naming the offenders by their index
     */
    public void check(List<Detection> detections) {
        Set<Long> images = Set.copyOf(imageIds);
        Set<Long> known = categories.stream().map(Category::id).collect(Collectors.toUnmodifiableSet());
        Problems problems = new Problems();
        for (int i = 0; i < detections.size(); i++) {
            Detection d = detections.get(i);
            String what = "Detection " + i;
            check(what, d.imageId(), d.categoryId(), images, known, problems);
            checkBox(what, d.x(), d.y(), d.width(), d.height(), problems);
            if (!Double.isFinite(d.score())) {
                problems.add("score", what, () -> what + " has the score " + d.score() + ", not a finite number");
            }
        }
        refuse(problems);
    }

    private static void refuse(Problems problems) {
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems.lines()));
        }
    }

    private static Set<Long> unique(String what, List<Long> ids, Problems problems) {
        Set<Long> seen = new HashSet<>();
        for (Long id : ids) {
            if (!seen.add(id)) {
                problems.add("twice " + what, what + " id " + id, () -> what + " id " + id + " occurs twice");
            }
        }
        return seen;
    }

    private static void check(
            String what, long imageId, long categoryId, Set<Long> images, Set<Long> categories, Problems problems) {
        if (!images.contains(imageId)) {
            problems.add("image", what, () -> what + " belongs to image " + imageId + ", which is not in the set");
        }
        if (!categories.contains(categoryId)) {
            problems.add("category", what, () -> what + " is of category " + categoryId + ", which is not in the set");
        }
    }

    private static void checkBox(String what, double x, double y, double width, double height, Problems problems) {
        boolean finite = Double.isFinite(x) && Double.isFinite(y) && Double.isFinite(width) && Double.isFinite(height);
        if (!finite || width < 0 || height < 0) {
            problems.add(
                    "box",
                    what,
                    () -> what + " has the box [" + x + ", " + y + ", " + width + ", " + height
                            + "]; x, y, width and height must be finite, width and height not negative");
        }
    }
}
