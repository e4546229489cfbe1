package dev.retort.cli.gradcheck;

import dev.retort.detection.box.AnchorGenerator;
import dev.retort.detection.model.DetectionModel;
import dev.retort.detection.model.DetectionModels;
import dev.retort.detection.model.retinanet.RetinaNet;
import dev.retort.detection.model.retinanet.RetinaNetOptions;
import dev.retort.detection.recipe.Recipe;
import dev.retort.nn.BuildContext;
import dev.retort.nn.Norm;
import dev.retort.nn.backbone.ResNetOptions;
import dev.retort.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/** Detectors on ResNet-18 that are small enough for differences. */
final class SmallDetectors {
    static final int CLASSES = 3;
    private static final int WIDTH = 4;
    private static final int TOWER = 3;
    private static final double HEAD_GAIN = 20;

    private SmallDetectors() {}

    /** A RetinaNet with one size of anchors a level. */
    static RetinaNet retinaNet(BuildContext context, int channels, Norm norm) {
        List<List<Double>> sizes = IntStream.range(0, RetinaNet.LEVELS)
                .mapToObj(level -> List.of(16.0 * (1 << level)))
                .toList();
        List<Integer> strides = IntStream.range(0, RetinaNet.LEVELS)
                .mapToObj(level -> 8 << level)
                .toList();
        AnchorGenerator anchors = new AnchorGenerator(sizes, List.of(0.5, 1.0, 2.0), strides, 0);
        ResNetOptions backbone = new ResNetOptions(18, WIDTH, false, norm, 0);
        RetinaNet net = new RetinaNet(context, new RetinaNetOptions(backbone, channels, 1, CLASSES, anchors));
        amplifyHead(net);
        return net;
    }

    /** The recipe of a RetinaNet that methods are checked on: three convolutions a tower, batches of two. */
    static Recipe recipe(long seed) {
        return Recipe.defaults()
                .with("model.depth=18")
                .with("model.width=" + WIDTH)
                .with("model.pyramidChannels=8")
                .with("model.headConvolutions=" + TOWER)
                .with("model.anchorSizes=[16, 32, 64, 128, 256]")
                .with("training.batch=2")
                .with("training.seed=" + seed);
    }

    /** The detector of a recipe. */
    static DetectionModel of(Recipe recipe, BuildContext context) {
        DetectionModel net = DetectionModels.create(context, recipe.model(), recipe::own, CLASSES);
        amplifyHead(net);
        return net;
    }

    /** An FCOS whose levels p3 to p6 all have foreground in the boxes of {@link ModelCheck}; p7 has one cell, between them. */
    static DetectionModel fcos(BuildContext context, int channels) {
        Recipe recipe = Recipe.defaults()
                .with("model.kind=fcos")
                .with("model.depth=18")
                .with("model.width=" + WIDTH)
                .with("model.pyramidChannels=" + channels)
                .with("model.headConvolutions=1")
                .with("model.sizeRanges=[22.5, 26.5, 28.5, 40]");
        return of(recipe, context);
    }

    /**
     * Multiplies the head's weights by {@link #HEAD_GAIN} and sets its biases, the foreground prior among them, to 0. At
     * initialization (normal, deviation 0.01) the logits hardly depend on the features: gradients of about 1e-8 reach the
     * pyramid, too small to compare with differences.
     */
    private static void amplifyHead(DetectionModel net) {
        net.head().parameters().forEach((name, parameter) -> {
            double gain = name.endsWith("weight") ? HEAD_GAIN : name.endsWith("bias") ? 0 : 1;
            try (Tensor scaled = parameter.data().mul(gain)) {
                net.backend().assign(parameter.data(), scaled);
            }
        });
    }
}
