package dev.retort.detection.eval;

import dev.retort.detection.data.Annotation;
import dev.retort.detection.data.Category;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Objects and detections of two classes, 5 and 6, for tests of what is worked out on paper. */
final class SmallScenes {
    static final long A = 5;
    static final long B = 6;

    private static final List<Category> CATEGORIES = List.of(new Category(B, "b"), new Category(A, "a"));

    private final List<Annotation> truths = new ArrayList<>();
    private final List<Detection> detections = new ArrayList<>();
    private long images = 1;

    /** Adds an object of the first image. */
    SmallScenes object(long category, double x, double y, double w, double h) {
        return object(1, category, x, y, w, h, false);
    }

    SmallScenes object(long image, long category, double x, double y, double w, double h, boolean crowd) {
        images = Math.max(images, image);
        truths.add(new Annotation(truths.size() + 1, image, category, x, y, w, h, w * h, crowd));
        return this;
    }

    /** Adds a detection of the first image. */
    SmallScenes found(long category, double x, double y, double w, double h, double score) {
        return found(1, category, x, y, w, h, score);
    }

    SmallScenes found(long image, long category, double x, double y, double w, double h, double score) {
        images = Math.max(images, image);
        detections.add(new Detection(image, category, x, y, w, h, score));
        return this;
    }

    GroundTruthSet truth() {
        List<Long> ids = new ArrayList<>();
        for (long id = images; id > 0; id--) {
            ids.add(id);
        }
        return new GroundTruthSet(ids, CATEGORIES, truths);
    }

    List<Detection> detections() {
        return detections;
    }

    EvaluationAnalysis analysis() {
        return EvaluationAnalysis.of(truth(), detections, 0.5, 3);
    }

    CocoMetrics metrics() {
        CocoEvaluator evaluator = new CocoEvaluator(truth());
        evaluator.process(detections);
        return evaluator.evaluate();
    }

    /** Many objects, some of them crowds, and detections on, near and off them. */
    static SmallScenes random(int seed) {
        Random random = new Random(seed);
        SmallScenes scenes = new SmallScenes();
        for (int image = 1; image <= 20; image++) {
            for (int i = 0; i < 6; i++) {
                double x = random.nextInt(60);
                double y = random.nextInt(60);
                boolean crowd = random.nextInt(10) == 0;
                scenes.object(image, random.nextBoolean() ? A : B, x, y, 20, 20, crowd);
                for (int n = random.nextInt(4); n > 0; n--) {
                    double score = random.nextInt(20) / 20.0;
                    long category = random.nextInt(4) > 0 ? A : B;
                    scenes.found(
                            image,
                            category,
                            x + random.nextInt(12),
                            y + random.nextInt(9),
                            20,
                            15 + random.nextInt(9),
                            score);
                }
            }
        }
        return scenes;
    }
}
