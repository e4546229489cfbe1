package dev.retort.detection.model.fcos;

import dev.retort.autograd.Parameter;
import dev.retort.detection.model.BoxOutput;
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
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * FCOS's head (arXiv 1904.01355, fig. 2), shared by all levels: two towers of 3x3 convolutions, each with its norm and ReLU; one
 * ends in K class logits a point, the other in 4 distances, or 4 * 17 logits of distributions, and a quality logit. Names are detectron2's ({@code cls_subnet.0} the
 * first convolution, {@code .1} its norm, {@code .2} its ReLU, ...) and, for the factors of levels, AdelaiDet's.
 */
public final class FcosHead extends Module implements TowerHead {
    /** Foreground probability of every point before training: it keeps the first losses small. */
    private static final double PRIOR = 0.01;

    private final int channels;
    private final BoxOutput boxes;
    private final HeadTower classTower;
    private final HeadTower boxTower;
    private final Conv2d classScore;
    private final Conv2d boxPrediction;
    private final Conv2d boxQuality;
    /** By level, scalars; none without factors. */
    private final List<Parameter> scales = new ArrayList<>();

    /** A factor under AdelaiDet's name {@code scales.l.scale}. */
    private static final class Scale extends Module {
        private final Parameter factor;

        private Scale(BuildContext context) {
            super(context);
            factor = parameter("scale", Shape.of(1), Initializers.ones());
        }
    }

    /**
     * @param channels of the pyramid and of the towers
     * @param convolutions in each tower
     * @param groups of the norms; 0 for none
     * @param boxes what is said of a box's edges
     * @param scaledLevels how many levels have a learned factor of their distances or logits; 0 for none
     */
    public FcosHead(
            BuildContext context,
            int channels,
            int convolutions,
            int groups,
            BoxOutput boxes,
            int numClasses,
            int scaledLevels) {
        super(context);
        this.channels = channels;
        this.boxes = boxes;
        classTower = child("cls_subnet", at -> new HeadTower(at, channels, convolutions, groups, true));
        boxTower = child("bbox_subnet", at -> new HeadTower(at, channels, convolutions, groups, true));
        Initializer zeros = Initializers.zeros();
        classScore = last("cls_score", channels, numClasses, Initializers.constant(-Math.log((1 - PRIOR) / PRIOR)));
        boxPrediction = last("bbox_pred", channels, boxes.perBox(), zeros);
        boxQuality = last("ctrness", channels, 1, zeros);
        for (int level = 0; level < scaledLevels; level++) {
            scales.add(child("scales." + level, Scale::new).factor);
        }
    }

    private Conv2d last(String name, int channels, int out, Initializer bias) {
        return child(name, at -> new Conv2d(at, Conv2d.of(channels, out, 3).withInit(Initializers.normal(0.01), bias)));
    }

    /**
     * What the head says of one level.
     *
     * @param logits of classes, [N, H*W, K]
     * @param boxes distances from the point to the box's left, top, right and bottom edge in strides, 0 or more, [N, H*W, 4]; or
     *     logits of their distributions, [N, H*W, 4 * 17]
     * @param quality logits of centerness or IoU, [N, H*W, 1]
     * @param maps that were kept of the towers
     */
    public record Output(Tensor logits, Tensor boxes, Tensor quality, TowerMaps.Level maps) {
        /** With no maps kept. */
        public Output(Tensor logits, Tensor boxes, Tensor quality) {
            this(logits, boxes, quality, TowerMaps.Level.NONE);
        }
    }

    /** Runs the head on one level, see {@link #forward(Tensor, int, Taps)}. */
    public Output forward(Tensor map, int level) {
        return forward(map, level, Taps.NONE);
    }

    /**
     * Runs the head on one level.
     *
     * @param map [N, H, W, C]
     * @param level its number from the finest, 0
     * @param taps what is kept of the towers
     */
    public Output forward(Tensor map, int level, Taps taps) {
        try (Scope scope = Scope.open()) {
            HeadTower.Run classes = classTower.forward(map, taps);
            HeadTower.Run boxRun = boxTower.forward(map, taps);
            TowerMaps.Level maps = new TowerMaps.Level(classes.kept(), boxRun.kept());
            maps.keepIn(scope, map);
            return new Output(
                    scope.keep(rows(classScore.forward(classes.last()))),
                    scope.keep(encodedBoxes(boxRun.last(), level)),
                    scope.keep(rows(boxQuality.forward(boxRun.last()))),
                    maps);
        }
    }

    private Tensor encodedBoxes(Tensor map, int level) {
        try (Scope scope = Scope.open()) {
            Tensor encoded = boxPrediction.forward(map);
            if (!scales.isEmpty()) {
                encoded = encoded.mul(scales.get(level).value());
            }
            return scope.keep(rows(boxes == BoxOutput.DIRECT ? encoded.relu() : encoded));
        }
    }

    @Override
    public Tensor logits(Tensor map, int position) {
        try (Scope scope = Scope.open()) {
            return scope.keep(rows(classScore.forward(classTower.rest(map, position))));
        }
    }

    @Override
    public Tensor boxes(Tensor map, int position, int level) {
        try (Scope scope = Scope.open()) {
            return scope.keep(boxes.numbers(encodedBoxes(boxTower.rest(map, position), level)));
        }
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

    /** [N, H, W, k] as [N, H*W, k]. */
    private static Tensor rows(Tensor map) {
        return map.reshape(map.dim(0), -1, map.dim(3));
    }
}
