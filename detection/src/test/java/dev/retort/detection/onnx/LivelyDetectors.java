package dev.retort.detection.onnx;

import dev.retort.detection.Detector;
import dev.retort.detection.box.Scores;
import dev.retort.detection.data.Batch;
import dev.retort.detection.data.Category;
import dev.retort.detection.model.fcos.FcosHead;
import dev.retort.detection.model.fcos.FcosPredictions;
import dev.retort.detection.model.retinanet.RetinaNetPredictions;
import dev.retort.detection.recipe.RecipeReader;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Untrained detectors whose answers are as spread as those of trained ones: norms with statistics of their own, and last layers
 * scaled so that some thousand pairs of an image are candidates and boxes are moved by a part of their size.
 */
final class LivelyDetectors {
    private static final double LOGIT_SPREAD = 2;
    private static final double BOX_SPREAD = 0.4;

    /** Pairs of the sample whose scores exceed 0.05: more than are kept of a level. */
    private static final int CANDIDATES = 2500;

    private static final double THRESHOLD = Scores.logit(0.05);

    private LivelyDetectors() {}

    /**
     * A detector in evaluation mode.
     *
     * @param yaml its recipe
     * @param sample images that its answers are measured on
     */
    static Detector create(String yaml, int classes, Batch sample, Backend backend) {
        List<Category> categories = IntStream.range(0, classes)
                .mapToObj(i -> new Category(i + 1, "class " + i))
                .toList();
        Detector detector =
                Detector.create(RecipeReader.parse(yaml, "a recipe", List.of()).recipe(), categories, backend);
        detector.network().setTraining(false);
        RandomGenerator random = new SplittableRandom(11);
        detector.network().state().forEach((name, values) -> {
            if (name.contains(".norm.")
                    || name.matches("head\\..*_subnet\\.\\d+\\..*")
                            && values.shape().rank() == 1) {
                double middle = name.endsWith("weight") || name.endsWith("var") ? 1 : 0;
                change(detector, name, old -> middle + random.nextDouble(-0.2, 0.2));
            }
        });
        spread(detector, sample);
        return detector;
    }

    private static void spread(Detector detector, Batch sample) {
        List<Tensor> logits;
        List<Tensor> boxes;
        try (Scope scope = Scope.open()) {
            Object predictions = detector.network().forward(detector.input(sample));
            if (predictions instanceof FcosPredictions fcos) {
                logits = fcos.outputs().stream().map(FcosHead.Output::logits).toList();
                boxes = fcos.outputs().stream().map(FcosHead.Output::boxes).toList();
                double quality = deviation(values(
                        fcos.outputs().stream().map(FcosHead.Output::quality).toList()));
                change(detector, "head.ctrness.weight", old -> old / quality);
                // In strides; most boxes reach around their point then.
                change(detector, "head.bbox_pred.bias", old -> 2);
            } else {
                RetinaNetPredictions retinaNet = (RetinaNetPredictions) predictions;
                logits = retinaNet.logits();
                boxes = retinaNet.encodedBoxes();
            }
            double[] classes = values(logits);
            double scale = LOGIT_SPREAD / deviation(classes);
            double prior = detector.network().state().get("head.cls_score.bias").toFloats()[0];
            double least = (classes[classes.length - Math.min(CANDIDATES, classes.length / 2)] - prior) * scale;
            change(detector, "head.cls_score.weight", old -> old * scale);
            change(detector, "head.cls_score.bias", old -> THRESHOLD - least);
            double boxScale = BOX_SPREAD / deviation(values(boxes));
            change(detector, "head.bbox_pred.weight", old -> old * boxScale);
        }
    }

    /** Of all levels, ascending. */
    private static double[] values(List<Tensor> levels) {
        return levels.stream()
                .map(Tensor::toFloats)
                .flatMapToDouble(level -> IntStream.range(0, level.length).mapToDouble(i -> level[i]))
                .sorted()
                .toArray();
    }

    private static double deviation(double[] values) {
        double mean = Arrays.stream(values).average().orElseThrow();
        return Math.sqrt(Arrays.stream(values)
                .map(value -> (value - mean) * (value - mean))
                .average()
                .orElseThrow());
    }

    private static void change(Detector detector, String name, DoubleUnaryOperator rule) {
        Tensor old = detector.network().state().get(name);
        float[] values = old.toFloats();
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) rule.applyAsDouble(values[i]);
        }
        Backend backend = detector.backend();
        try (Tensor changed = backend.upload(values, old.shape(), old.dtype())) {
            backend.assign(old, changed);
        }
    }
}
