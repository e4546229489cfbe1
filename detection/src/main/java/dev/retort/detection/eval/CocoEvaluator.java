package dev.retort.detection.eval;

import dev.retort.detection.data.Annotation;
import dev.retort.detection.data.Category;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * COCO's evaluation of detected boxes: the twelve metrics as pycocotools computes them, and the same for every category.
 *
 * <p>Detections of an image and category are matched to its ground truths greedily in descending order of score, at ten
 * IoU thresholds (an IoU equal to the threshold matches). Precision is made monotone and read at 101 recall levels.
 * Crowds, and objects of another size class, count neither way. Ties keep the order: images by id, then order of
 * {@link #process}. Ids serve only to tell things apart: an annotation with id 0 counts like any other (pycocotools
 * takes a match with it for none; renumber it to compare).
 */
public final class CocoEvaluator {
    private final GroundTruthSet truth;
    private final List<Detection> detections = new ArrayList<>();

    /** The cell of the evaluation grid that things are grouped by. */
    private record Cell(long category, long image) {}

    public CocoEvaluator(GroundTruthSet truth) {
        this.truth = truth;
    }

    /** Forgets all detections. */
    public void reset() {
        detections.clear();
    }

    /**
     * Takes in detections, of one image or of many.
     *
     * @throws IllegalArgumentException if one names an unknown image or category or is not finite
     */
    public void process(List<Detection> more) {
        truth.check(more);
        detections.addAll(more);
    }

    /** The metrics of all detections since {@link #reset}. */
    public CocoMetrics evaluate() {
        List<Category> categories = truth.sortedCategories();
        CocoMetrics metrics = new CocoMetrics(categories);
        List<List<Placed>> scenes = scenes(categories);
        for (int k = 0; k < categories.size(); k++) {
            for (AreaRange area : AreaRange.values()) {
                List<ImageMatches> matches = scenes.get(k).stream()
                        .map(placed -> placed.scene.match(CocoMetrics.IOU_THRESHOLDS, area))
                        .toList();
                for (int m = 0; m < CocoMetrics.MAX_DETECTIONS.size(); m++) {
                    accumulate(matches, CocoMetrics.MAX_DETECTIONS.get(m), k, area, m, metrics);
                }
            }
        }
        return metrics;
    }

    /** Which detections since {@link #reset} found an object, image by image. */
    public MatchedDetections matches() {
        List<Category> categories = truth.sortedCategories();
        List<List<Placed>> scenes = scenes(categories);
        List<Long> images = sortedImages();
        List<MatchedDetections.Category> matches = new ArrayList<>();
        for (int k = 0; k < categories.size(); k++) {
            matches.add(matches(categories.get(k).id(), images.size(), scenes.get(k)));
        }
        return new MatchedDetections(images, matches);
    }

    private static MatchedDetections.Category matches(long category, int images, List<Placed> scenes) {
        int[] positives = new int[images];
        List<Ranked> ranked = new ArrayList<>();
        Map<ImageMatches, Integer> places = new IdentityHashMap<>();
        for (Placed placed : scenes) {
            ImageMatches match = placed.scene.match(CocoMetrics.IOU_THRESHOLDS, AreaRange.ALL);
            positives[placed.image] = match.positives();
            places.put(match, placed.image);
            for (int rank = 0; rank < match.scores().length; rank++) {
                ranked.add(new Ranked(match, rank));
            }
        }
        ranked.sort(Ranked.BEST_FIRST);
        return new MatchedDetections.Category(
                category,
                positives,
                ranked.stream()
                        .mapToInt(detection -> places.get(detection.image))
                        .toArray(),
                ranked.stream().mapToDouble(Ranked::score).toArray(),
                ranked.stream().mapToInt(detection -> mask(detection::matched)).toArray(),
                ranked.stream().mapToInt(detection -> mask(detection::ignored)).toArray());
    }

    private static int mask(IntPredicate atThreshold) {
        int mask = 0;
        for (int t = 0; t < CocoMetrics.IOU_THRESHOLDS.length; t++) {
            mask |= atThreshold.test(t) ? 1 << t : 0;
        }
        return mask;
    }

    private List<Long> sortedImages() {
        return truth.imageIds().stream().sorted().toList();
    }

    /** A scene and the position of its image among all. */
    private record Placed(int image, ImageMatches.Scene scene) {}

    /** The scenes of each category, by the image's id; images with neither object nor detection have none. */
    private List<List<Placed>> scenes(List<Category> categories) {
        Map<Cell, List<Annotation>> truths = new HashMap<>();
        for (Annotation g : truth.annotations()) {
            truths.computeIfAbsent(new Cell(g.categoryId(), g.imageId()), cell -> new ArrayList<>())
                    .add(g);
        }
        Map<Cell, List<Detection>> found = new HashMap<>();
        for (Detection d : detections) {
            found.computeIfAbsent(new Cell(d.categoryId(), d.imageId()), cell -> new ArrayList<>())
                    .add(d);
        }
        int limit = CocoMetrics.MAX_DETECTIONS.get(CocoMetrics.MAX_DETECTIONS.size() - 1);
        List<Long> images = sortedImages();
        List<List<Placed>> all = new ArrayList<>();
        for (Category category : categories) {
            List<Placed> scenes = new ArrayList<>();
            for (int i = 0; i < images.size(); i++) {
                Cell cell = new Cell(category.id(), images.get(i));
                if (truths.containsKey(cell) || found.containsKey(cell)) {
                    scenes.add(new Placed(
                            i,
                            new ImageMatches.Scene(
                                    truths.getOrDefault(cell, List.of()), found.getOrDefault(cell, List.of()), limit)));
                }
            }
            all.add(scenes);
        }
        return all;
    }

    /** A detection's place: its image's position in the list and its rank there. */
    private record Ranked(ImageMatches image, int rank) {
        /** Equal scores keep their order. */
        static final Comparator<Ranked> BEST_FIRST = Comparator.comparingDouble(detection -> 0.0 - detection.score());

        double score() {
            return image.scores()[rank];
        }

        boolean matched(int t) {
            return image.matched(t * image.scores().length + rank);
        }

        boolean ignored(int t) {
            return image.ignored()[t * image.scores().length + rank];
        }
    }

    private static void accumulate(
            List<ImageMatches> images, int limit, int category, AreaRange area, int m, CocoMetrics metrics) {
        int positives = images.stream().mapToInt(ImageMatches::positives).sum();
        if (positives == 0) {
            return;
        }
        List<Ranked> ranked = images.stream()
                .flatMap(image -> IntStream.range(0, Math.min(limit, image.scores().length))
                        .mapToObj(rank -> new Ranked(image, rank)))
                .sorted(Ranked.BEST_FIRST)
                .toList();
        for (int t = 0; t < CocoMetrics.IOU_THRESHOLDS.length; t++) {
            int n = ranked.size();
            double[] recall = new double[n];
            double[] precision = new double[n];
            double hits = 0;
            double misses = 0;
            for (int i = 0; i < n; i++) {
                if (!ranked.get(i).ignored(t)) {
                    hits += ranked.get(i).matched(t) ? 1 : 0;
                    misses += ranked.get(i).matched(t) ? 0 : 1;
                }
                recall[i] = hits / positives;
                // The ulp keeps 0 / 0 away; it is pycocotools' and shows in the last digit.
                precision[i] = hits / (misses + hits + Math.ulp(1.0));
            }
            for (int i = n - 1; i > 0; i--) {
                precision[i - 1] = Math.max(precision[i - 1], precision[i]);
            }
            metrics.setRecall(t, category, area, m, n == 0 ? 0 : recall[n - 1]);
            int i = 0;
            for (int r = 0; r < CocoMetrics.RECALL_LEVELS.length; r++) {
                while (i < n && recall[i] < CocoMetrics.RECALL_LEVELS[r]) {
                    i++;
                }
                metrics.setPrecision(
                        t,
                        r,
                        category,
                        area,
                        m,
                        i < n ? precision[i] : 0,
                        i < n ? ranked.get(i).score() : 0);
            }
        }
    }
}
