package dev.retort.detection.onnx;

import dev.retort.detection.Detector;
import dev.retort.detection.data.Batch;
import dev.retort.detection.data.Category;
import dev.retort.detection.model.fcos.FcosPredictions;
import dev.retort.detection.model.retinanet.RetinaNetPredictions;
import dev.retort.detection.recipe.RecipeReader;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Untrained detectors whose answers are as spread as those of trained ones: norms with statistics of their own, and last layers
 * scaled so that some hundred pairs of an image are candidates and boxes are moved by a part of their size.
 */
final class LivelyDetectors {
    private static final double LOGIT_SPREAD = 2;
    private static final double LOGIT_MEAN = -3;
    private static final double DELTA_SPREAD = 0.4;

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
            if (name.contains(".norm.") || name.matches("head\\..*_subnet\\.\\d+\\..*") && values.shape().rank() == 1) {
                double middle = name.endsWith("weight") || name.endsWith("var") ? 1 : 0;
                change(detector, name, old -> middle + random.nextDouble(-0.2, 0.2));
            }
        });
        spread(detector, sample);
        return detector;
    }

    private static void spread(Detector detector, Batch sample) {
        double classSpread;
        double boxSpread;
        try (Scope scope = Scope.open()) {
            Object predictions = detector.network().forward(detector.input(sample));
            if (predictions instanceof RetinaNetPredictions retinaNet) {
                classSpread = deviation(retinaNet.logits().get(1));
                boxSpread = deviation(retinaNet.deltas().get(1));
            } else {
                FcosPredictions fcos = (FcosPredictions) predictions;
                classSpread = deviation(fcos.outputs().get(1).logits());
                boxSpread = deviation(fcos.outputs().get(1).distances()) / 8;
                double quality = deviation(fcos.outputs().get(1).quality());
                change(detector, "head.ctrness.weight", old -> old / quality);
            }
        }
        change(detector, "head.cls_score.weight", old -> old * LOGIT_SPREAD / classSpread);
        change(detector, "head.cls_score.bias", old -> LOGIT_MEAN);
        change(detector, "head.bbox_pred.weight", old -> old * DELTA_SPREAD / boxSpread);
        if (detector.network().state().containsKey("head.ctrness.weight")) {
            change(detector, "head.bbox_pred.bias", old -> 2);
        }
    }

    private static double deviation(Tensor values) {
        float[] floats = values.toFloats();
        double mean = IntStream.range(0, floats.length).mapToDouble(i -> floats[i]).average().orElseThrow();
        return Math.sqrt(IntStream.range(0, floats.length)
                .mapToDouble(i -> (floats[i] - mean) * (floats[i] - mean))
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
