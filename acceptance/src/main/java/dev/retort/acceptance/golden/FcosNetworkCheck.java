package dev.retort.acceptance.golden;

import dev.retort.detection.box.Boxes;
import dev.retort.detection.box.Detections;
import dev.retort.detection.box.ImageSize;
import dev.retort.detection.box.ResizeRule;
import dev.retort.detection.model.BoxOutput;
import dev.retort.detection.model.fcos.Fcos;
import dev.retort.detection.model.fcos.FcosOptions;
import dev.retort.detection.model.fcos.FcosPredictions;
import dev.retort.detection.model.fcos.FcosSettings;
import dev.retort.detection.model.fcos.FcosSettings.BoxQuality;
import dev.retort.detection.model.fcos.FcosSettings.HeadNorm;
import dev.retort.detection.model.fcos.FcosVariant;
import dev.retort.nn.Norm;
import dev.retort.nn.backbone.ResNetOptions;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Torchvision's FCOS with its own parameters: from an image to detections in it. */
final class FcosNetworkCheck {
    private FcosNetworkCheck() {}

    static void check(GoldenRun run) throws IOException {
        GoldenCase golden = run.golden();
        int[] image = golden.shape("in.image_0");
        ImageSize original = new ImageSize(image[1], image[2]);
        ImageSize resized = new ResizeRule(
                        golden.attrs().required("min_size").intValue(),
                        golden.attrs().required("max_size").intValue())
                .apply(original);
        try (Fcos network = new Fcos(Networks.context(run), options(golden.attrs()));
                Scope scope = Scope.open()) {
            FcosNames.load(run, network);
            network.setTraining(false);
            Tensor batch = batch(run, resized, network.sizeDivisor());
            run.expect("out.batch", batch, Networks.CHANNELS_FIRST);
            FcosPredictions predictions = network.forward(batch);
            for (int level = 0; level < Fcos.LEVELS; level++) {
                run.expect("out.feat_p" + (level + 3), predictions.features().get(level), Networks.CHANNELS_FIRST);
            }
            for (Map.Entry<String, Tensor> joined :
                    FcosChecks.joined(predictions.outputs()).entrySet()) {
                run.expect("out." + joined.getKey(), joined.getValue());
            }
            Detections found = predictions.detections(List.of(resized)).get(0);
            // Torchvision keeps boxes that clipping made empty; Detections.rescale would drop them.
            double[] boxes = Boxes.scale(
                    found.boxes(),
                    (double) original.width() / resized.width(),
                    (double) original.height() / resized.height());
            golden.expectExact("out.labels_0", found.classes());
            // Predictions reach the postprocessor in float32, whatever the network computes in.
            golden.expectWithin("out.scores_0", found.scores(), golden.tolerance("out.scores_0"));
            golden.expectWithin("out.boxes_0", boxes, golden.tolerance("out.boxes_0"));
        }
    }

    private static FcosOptions options(JsonNode attrs) {
        return new FcosOptions(
                new ResNetOptions(
                        attrs.required("depth").intValue(),
                        attrs.required("width").intValue(),
                        false,
                        Norm.FROZEN,
                        0),
                attrs.required("fpn_channels").intValue(),
                4,
                attrs.required("num_classes").intValue(),
                new FcosSettings(
                        FcosVariant.TORCHVISION,
                        HeadNorm.GROUP,
                        BoxQuality.CENTERNESS,
                        BoxOutput.DIRECT,
                        1.5,
                        List.of(64.0, 128.0, 256.0, 512.0)));
    }

    /** The image normalized, resized and padded with zeros to multiples of {@code divisor}: [1, H, W, 3]. */
    private static Tensor batch(GoldenRun run, ImageSize resized, int divisor) throws IOException {
        JsonNode attrs = run.golden().attrs();
        Shape channels = Shape.of(1, 1, 1, 3);
        Tensor mean = run.backend().tensor(numbers(attrs.required("pixel_mean")), channels, run.dtype());
        Tensor std = run.backend().tensor(numbers(attrs.required("pixel_std")), channels, run.dtype());
        Tensor image = run.tensor("in.image_0", 1, 2, 0).unsqueeze(0).sub(mean).div(std);
        Tensor small = run.backend().resizeBilinear(image, resized.height(), resized.width());
        int below = -resized.height() & divisor - 1;
        int beside = -resized.width() & divisor - 1;
        return run.backend().pad(small, new int[4], new int[] {0, below, beside, 0}, 0);
    }

    private static double[] numbers(JsonNode array) {
        return Networks.doubles(array).stream().mapToDouble(Double::doubleValue).toArray();
    }
}
