package dev.retort.detection.model.retinanet;

import dev.retort.nn.BuildContext;
import dev.retort.nn.Conv2d;
import dev.retort.nn.Module;
import dev.retort.nn.init.Initializer;
import dev.retort.nn.init.Initializers;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * RetinaNet's head (arXiv 1708.02002, section 4): two towers of 3x3 convolutions with ReLU, shared by all levels; one ends
 * in A*K class logits a cell, the other in A*4 box deltas. Names are detectron2's: {@code cls_subnet.0}, {@code .2}, ...
 */
public final class RetinaNetHead extends Module {
    /** Foreground probability of every anchor before training: it keeps the first losses small. */
    private static final double PRIOR = 0.01;

    private final List<Conv2d> classTower = new ArrayList<>();
    private final List<Conv2d> boxTower = new ArrayList<>();
    private final Conv2d classScore;
    private final Conv2d boxDeltas;
    private final int numClasses;

    /**
     * @param channels of the pyramid and of the towers
     * @param convolutions in each tower
     * @param anchors a cell, A
     */
    public RetinaNetHead(BuildContext context, int channels, int convolutions, int anchors, int numClasses) {
        super(context);
        this.numClasses = numClasses;
        Initializer weight = Initializers.normal(0.01);
        Initializer zeros = Initializers.zeros();
        Conv2d.Options tower =
                Conv2d.of(channels, channels, 3).withInit(weight, zeros).withRelu();
        for (int i = 0; i < convolutions; i++) {
            // detectron2 counts the ReLUs between them too.
            classTower.add(child("cls_subnet." + 2 * i, at -> new Conv2d(at, tower)));
        }
        for (int i = 0; i < convolutions; i++) {
            boxTower.add(child("bbox_subnet." + 2 * i, at -> new Conv2d(at, tower)));
        }
        Initializer rare = Initializers.constant(-Math.log((1 - PRIOR) / PRIOR));
        classScore = child(
                "cls_score",
                at -> new Conv2d(
                        at, Conv2d.of(channels, anchors * numClasses, 3).withInit(weight, rare)));
        boxDeltas = child(
                "bbox_pred",
                at -> new Conv2d(at, Conv2d.of(channels, anchors * 4, 3).withInit(weight, zeros)));
    }

    /** Class logits of a level [N, H, W, C]: [N, H*W*A, K]. */
    public Tensor logits(Tensor level) {
        return run(level, classTower, classScore, numClasses);
    }

    /** Box deltas of a level: [N, H*W*A, 4]. */
    public Tensor deltas(Tensor level) {
        return run(level, boxTower, boxDeltas, 4);
    }

    private static Tensor run(Tensor level, List<Conv2d> tower, Conv2d last, int perAnchor) {
        try (Scope scope = Scope.open()) {
            Tensor x = level;
            for (Conv2d convolution : tower) {
                x = convolution.forward(x);
            }
            return scope.keep(last.forward(x).reshape(level.dim(0), -1, perAnchor));
        }
    }
}
