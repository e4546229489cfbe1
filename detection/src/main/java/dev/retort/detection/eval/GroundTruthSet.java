package dev.retort.detection.eval;

import dev.retort.detection.data.Annotation;
import dev.retort.detection.data.Category;
import java.util.HashSet;
import java.util.List;
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
     * @throws IllegalArgumentException naming the offender
     */
    public GroundTruthSet {
        imageIds = List.copyOf(imageIds);
        categories = List.copyOf(categories);
        annotations = List.copyOf(annotations);
        Set<Long> images = unique("Image", imageIds);
        Set<Long> known =
                unique("Category", categories.stream().map(Category::id).toList());
        unique("Annotation", annotations.stream().map(Annotation::id).toList());
        for (Annotation a : annotations) {
            String what = "Annotation " + a.id();
            check(what, a.imageId(), a.categoryId(), images, known);
            checkBox(what, a.x(), a.y(), a.w(), a.h());
            if (!Double.isFinite(a.area())) {
                throw new IllegalArgumentException(what + " has the area " + a.area());
            }
        }
    }

    /**
     * Checks that detections belong to this set's images and categories and that their numbers are finite.
     *
     * @throws IllegalArgumentException naming the offender by its index
     */
    public void check(List<Detection> detections) {
        Set<Long> images = Set.copyOf(imageIds);
        Set<Long> known = categories.stream().map(Category::id).collect(Collectors.toUnmodifiableSet());
        for (int i = 0; i < detections.size(); i++) {
            Detection d = detections.get(i);
            String what = "Detection " + i;
            check(what, d.imageId(), d.categoryId(), images, known);
            checkBox(what, d.x(), d.y(), d.width(), d.height());
            if (!Double.isFinite(d.score())) {
                throw new IllegalArgumentException(what + " has the score " + d.score() + ", not a finite number");
            }
        }
    }

    private static Set<Long> unique(String what, List<Long> ids) {
        Set<Long> seen = new HashSet<>();
        for (Long id : ids) {
            if (!seen.add(id)) {
                throw new IllegalArgumentException(what + " id " + id + " occurs twice");
            }
        }
        return seen;
    }

    private static void check(String what, long imageId, long categoryId, Set<Long> images, Set<Long> categories) {
        if (!images.contains(imageId)) {
            throw new IllegalArgumentException(what + " belongs to image " + imageId + ", which is not in the set");
        }
        if (!categories.contains(categoryId)) {
            throw new IllegalArgumentException(what + " is of category " + categoryId + ", which is not in the set");
        }
    }

    private static void checkBox(String what, double x, double y, double width, double height) {
        boolean finite = Double.isFinite(x) && Double.isFinite(y) && Double.isFinite(width) && Double.isFinite(height);
        if (!finite || width < 0 || height < 0) {
            throw new IllegalArgumentException(what + " has the box [" + x + ", " + y + ", " + width + ", " + height
                    + "]; x, y, width and height must be finite, width and height not negative");
        }
    }
}
