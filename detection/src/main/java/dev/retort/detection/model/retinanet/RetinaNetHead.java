package dev.retort.detection.model.retinanet;

import dev.retort.detection.model.BoxOutput;
import dev.retort.detection.model.DensePredictions;
import dev.retort.detection.model.HeadTower;
import dev.retort.detection.model.Taps;
import dev.retort.detection.model.TowerHead;
import dev.retort.detection.model.TowerMaps;
import dev.retort.nn.BuildContext;
import dev.retort.nn.Conv2d;
import dev.retort.nn.Module;
import dev.retort.nn.init.Initializer;
import dev.retort.nn.init.Initializers;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;

/**
 * RetinaNet's head (arXiv 1708.02002, section 4): two towers of 3x3 convolutions with ReLU, shared by all levels; one ends
 * in A*K class logits a cell, the other in A*4 box deltas, or in A*4*17 logits of distributions. Names are detectron2's: {@code cls_subnet.0}, {@code .2}, ...; with a
 * norm {@code cls_subnet.0} the first convolution, {@code .1} its norm, {@code .3} the second, ...
 */
public final class RetinaNetHead extends Module implements TowerHead {
    /** Foreground probability of every anchor before training: it keeps the first losses small. */
    private static final double PRIOR = 0.01;

    private final HeadTower classTower;
    private final HeadTower boxTower;
    private final Conv2d classScore;
    private final Conv2d boxPrediction;
    private final BoxOutput boxes;
    private final int channels;
    private final int numClasses;

    /**
     * @param channels of the pyramid and of the towers
     * @param convolutions in each tower
     * @param groups of the norm behind each of them; 0 for none
     * @param anchors a cell, A
     * @param boxes what is said of a box's edges
     */
    public RetinaNetHead(
            BuildContext context,
            int channels,
            int convolutions,
            int groups,
            int anchors,
            BoxOutput boxes,
            int numClasses) {
        super(context);
        this.channels = channels;
        this.boxes = boxes;
        this.numClasses = numClasses;
        Initializer weight = Initializers.normal(0.01);
        Initializer zeros = Initializers.zeros();
        // torchvision's second version, whose norm brings a shift of its own.
        boolean bias = groups == 0;
        classTower = child("cls_subnet", at -> new HeadTower(at, channels, convolutions, groups, bias));
        boxTower = child("bbox_subnet", at -> new HeadTower(at, channels, convolutions, groups, bias));
        Initializer rare = Initializers.constant(-Math.log((1 - PRIOR) / PRIOR));
        classScore = child(
                "cls_score",
                at -> new Conv2d(
                        at, Conv2d.of(channels, anchors * numClasses, 3).withInit(weight, rare)));
        boxPrediction = child(
                "bbox_pred",
                at -> new Conv2d(
                        at, Conv2d.of(channels, anchors * boxes.perBox(), 3).withInit(weight, zeros)));
    }

    /** Class logits of a level [N, H, W, C]: [N, H*W*A, K]. */
    public Tensor logits(Tensor level) {
        return logits(level, 0);
    }

    /** Boxes of a level, as {@link DensePredictions#boxes} has them: [N, H*W*A, 4]. */
    public Tensor boxes(Tensor level) {
        return boxes(level, 0, 0);
    }

    @Override
    public Tensor logits(Tensor map, int position) {
        try (Scope scope = Scope.open()) {
            return scope.keep(logitsOf(classTower.rest(map, position)));
        }
    }

    @Override
    public Tensor boxes(Tensor map, int position, int level) {
        try (Scope scope = Scope.open()) {
            return scope.keep(boxes.numbers(encodedBoxes(boxTower.rest(map, position))));
        }
    }

    /**
     * What the head says of one level.
     *
     * @param logits [N, H*W*A, K]
     * @param boxes [N, H*W*A, 4] deltas, or [N, H*W*A, 4 * 17] logits of distributions
     * @param maps that were kept of the towers
     */
    public record Output(Tensor logits, Tensor boxes, TowerMaps.Level maps) {}

    /** Runs the head on one level [N, H, W, C]. */
    Output forward(Tensor level, Taps taps) {
        try (Scope scope = Scope.open()) {
            HeadTower.Run classes = classTower.forward(level, taps);
            HeadTower.Run boxTowerRun = boxTower.forward(level, taps);
            TowerMaps.Level maps = new TowerMaps.Level(classes.kept(), boxTowerRun.kept());
            maps.keepIn(scope, level);
            return new Output(scope.keep(logitsOf(classes.last())), scope.keep(encodedBoxes(boxTowerRun.last())), maps);
        }
    }

    private Tensor logitsOf(Tensor map) {
        return rows(classScore.forward(map), numClasses);
    }

    private Tensor encodedBoxes(Tensor map) {
        return rows(boxPrediction.forward(map), boxes.perBox());
    }

    /** [N, H, W, A*k] as [N, H*W*A, k]. */
    private static Tensor rows(Tensor map, int perAnchor) {
        return map.reshape(map.dim(0), -1, perAnchor);
    }

    @Override
    public int convolutions() {
        return classTower.convolutions();
    }

    @Override
    public BoxOutput boxOutput() {
        return boxes;
    }

    @Override
    public int channels() {
        return channels;
    }
}
