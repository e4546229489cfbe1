package dev.retort.detection.eval;

import dev.retort.detection.data.Annotation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * One image's objects and detections of all classes, matched as {@link CocoEvaluator} does at one IoU: at most 100 detections a
 * class, each class for itself, objects of all sizes.
 */
final class ImageScene {
    private static final int MOST = CocoMetrics.MAX_DETECTIONS.get(CocoMetrics.MAX_DETECTIONS.size() - 1);

    private final long imageId;
    private final List<Annotation> truths;
    private final List<Found> found;
    private final boolean[] hit;

    /**
     * A detection and what became of it.
     *
     * @param truth index of the object that it found or the crowd that it lies in; -1 without one
     * @param ignored whether it counts neither as hit nor as miss
     */
    record Found(Detection detection, int truth, boolean ignored) {
        boolean isHit() {
            return truth >= 0 && !ignored;
        }

        boolean isWrong() {
            return truth < 0 && !ignored;
        }
    }

    private ImageScene(long imageId, List<Annotation> truths, List<Found> found) {
        this.imageId = imageId;
        this.truths = truths;
        this.found = found;
        this.hit = new boolean[truths.size()];
        found.stream().filter(Found::isHit).forEach(one -> hit[one.truth] = true);
    }

    /** Gives the scene of every image, ascending by id; one at a time, so that a large set takes no more memory. */
    static void forEach(GroundTruthSet truth, List<Detection> detections, double iou, Consumer<ImageScene> to) {
        Map<Long, List<Annotation>> truths = new HashMap<>();
        truth.annotations().forEach(a -> truths.computeIfAbsent(a.imageId(), id -> new ArrayList<>())
                .add(a));
        Map<Long, List<Detection>> found = new HashMap<>();
        detections.forEach(
                d -> found.computeIfAbsent(d.imageId(), id -> new ArrayList<>()).add(d));
        truth.imageIds().stream()
                .sorted()
                .forEach(id ->
                        to.accept(of(id, truths.getOrDefault(id, List.of()), found.getOrDefault(id, List.of()), iou)));
    }

    private static ImageScene of(long imageId, List<Annotation> truths, List<Detection> detections, double iou) {
        Map<Long, List<Annotation>> truthsOf = truths.stream().collect(Collectors.groupingBy(Annotation::categoryId));
        Map<Long, List<Detection>> foundOf = detections.stream().collect(Collectors.groupingBy(Detection::categoryId));
        SortedSet<Long> categories = new TreeSet<>(truthsOf.keySet());
        categories.addAll(foundOf.keySet());
        List<Annotation> ordered = new ArrayList<>();
        List<Found> found = new ArrayList<>();
        for (long category : categories) {
            List<Annotation> ofClass = truthsOf.getOrDefault(category, List.of());
            List<Detection> foundOfClass = foundOf.getOrDefault(category, List.of());
            ImageMatches.Scene scene = new ImageMatches.Scene(ofClass, foundOfClass, MOST);
            ImageMatches matches = scene.match(new double[] {iou}, AreaRange.ALL);
            for (int d = 0; d < matches.scores().length; d++) {
                int index = matches.truths()[d];
                found.add(new Found(
                        scene.detections().get(d), index < 0 ? -1 : ordered.size() + index, matches.ignored()[d]));
            }
            ordered.addAll(ofClass);
        }
        found.sort((a, b) -> Double.compare(0.0 - a.detection.score(), 0.0 - b.detection.score()));
        return new ImageScene(imageId, ordered, found);
    }

    long imageId() {
        return imageId;
    }

    /** The objects, crowds included. */
    List<Annotation> truths() {
        return truths;
    }

    /** The detections by descending score; equal ones by category, then in their order. */
    List<Found> found() {
        return found;
    }

    /** Whether an object was found by a detection of its class. */
    boolean isHit(int truth) {
        return hit[truth];
    }

    /** Overlaps of a detection with each object; 0 for crowds, which are no objects. */
    double[] overlaps(Detection detection) {
        double[] overlaps = new double[truths.size()];
        Arrays.setAll(overlaps, g -> truths.get(g).crowd() ? 0 : ImageMatches.Scene.overlap(detection, truths.get(g)));
        return overlaps;
    }
}
