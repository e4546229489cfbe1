package dev.retort.detection.model.fcos;

import dev.retort.detection.model.BoxDecoding;
import dev.retort.detection.model.BoxDistribution;
import dev.retort.detection.model.BoxOutput;
import dev.retort.detection.model.fcos.FcosSettings.BoxQuality;
import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * FCOS's losses (arXiv 1904.01355, eq. 2): focal loss summed over all points and classes; over the foreground points the generalized IoU
 * loss of boxes and the binary cross entropy of centerness or IoU. What they are divided by is the {@link FcosVariant}'s. Where boxes are
 * distributions, 0.25 times {@link BoxDistribution#focalLoss} is added, weighted and divided as the loss of boxes.
 *
 * @param boxes what the head says of a box's edges
 * @param numClasses K
 */
public record FcosLoss(FcosVariant variant, BoxQuality quality, BoxOutput boxes, int numClasses) {
    /** Of the focal loss (arXiv 1708.02002, section 5.1). */
    private static final double ALPHA = 0.25;

    private static final double GAMMA = 2;
    /** AdelaiDet divides the weighted box loss by this at least. */
    private static final double LEAST_WEIGHT = 1e-6;

    /**
     * Scalars.
     *
     * @param distribution with {@link BoxOutput#DISTRIBUTION} alone
     */
    public record Losses(Tensor classification, Tensor box, Tensor quality, Optional<Tensor> distribution) {}

    /**
     * The losses of a batch.
     *
     * @param outputs of each level
     * @param normalizer number of foreground points, at least 1, or its moving average
     */
    public Losses losses(List<FcosHead.Output> outputs, FcosTargets targets, double normalizer) {
        try (Scope scope = Scope.open()) {
            Tensor classification = null;
            for (int level = 0; level < outputs.size(); level++) {
                Tensor loss = classLoss(outputs.get(level).logits(), targets.oneHot(level, numClasses));
                classification = classification == null ? loss : classification.add(loss);
            }
            Tensor encoded = pick(outputs.stream().map(FcosHead.Output::boxes).toList(), targets);
            Tensor logits = pick(outputs.stream().map(FcosHead.Output::quality).toList(), targets)
                    .reshape(-1);
            Tensor shareOfPoints = share(logits, normalizer);
            Foreground foreground = foreground(boxes.numbers(encoded), targets);
            Tensor qualityLoss =
                    logits.backend().bceWithLogits(logits, foreground.quality).sum();
            return new Losses(
                    scope.keep(classification.mul(shareOfPoints)),
                    scope.keep(divided(foreground.losses, targets, shareOfPoints)),
                    scope.keep(qualityLoss.mul(shareOfPoints)),
                    distribution(encoded, targets, shareOfPoints).map(scope::keep));
        }
    }

    private Optional<Tensor> distribution(Tensor encoded, FcosTargets targets, Tensor shareOfPoints) {
        if (boxes == BoxOutput.DIRECT) {
            return Optional.empty();
        }
        try (Scope scope = Scope.open()) {
            Tensor losses = BoxDistribution.focalLoss(encoded, targets.distances());
            Tensor sum = divided(losses, targets, shareOfPoints);
            return Optional.of(scope.keep(sum.mul(BoxDistribution.FOCAL_WEIGHT)));
        }
    }

    private static Tensor classLoss(Tensor logits, float[] oneHot) {
        try (Scope scope = Scope.open()) {
            Backend root = logits.backend().root();
            Tensor wanted = root.upload(oneHot, logits.shape(), DType.F32);
            Tensor targets = logits.dtype() == DType.F32 ? wanted : root.cast(wanted, logits.dtype());
            return scope.keep(logits.backend()
                    .sigmoidFocalLoss(logits, targets, ALPHA, GAMMA)
                    .sum());
        }
    }

    /** The foreground points' rows of all levels [N, P, k]: [F, k]. */
    private static Tensor pick(List<Tensor> levels, FcosTargets targets) {
        try (Scope scope = Scope.open()) {
            Backend root = levels.get(0).backend().root();
            Tensor[] picked = new Tensor[levels.size()];
            for (int level = 0; level < picked.length; level++) {
                Tensor map = levels.get(level);
                int[] rows = targets.rows(level);
                picked[level] = map.reshape(-1, map.dim(2)).indexSelect(0, root.tensor(rows, rows.length));
            }
            // Where only some weights are trained, not every level is on the tape.
            return scope.keep(Backend.of(picked).concat(0, picked));
        }
    }

    /**
     * @param losses of boxes, [F]
     * @param quality what the third branch should predict, [F], a constant
     */
    private record Foreground(Tensor losses, Tensor quality) {}

    private Foreground foreground(Tensor distances, FcosTargets targets) {
        try (Scope scope = Scope.open()) {
            Tensor centerness = constant(distances, targets.centerness());
            if (variant != FcosVariant.ADELAIDET) {
                return new Foreground(scope.keep(giouOfCorners(distances, targets)), scope.keep(centerness));
            }
            Tensor wanted = constant(distances, targets.distances()).reshape(distances.shape());
            DistanceBoxes.Overlap overlap = DistanceBoxes.overlap(distances, wanted);
            Tensor losses = overlap.giou().neg().add(1);
            return new Foreground(
                    scope.keep(losses),
                    scope.keep(quality == BoxQuality.IOU ? overlap.iou().detach() : centerness));
        }
    }

    /** The sum of losses of foreground points [F], weighted and divided as the variant does with boxes. */
    private Tensor divided(Tensor losses, FcosTargets targets, Tensor shareOfPoints) {
        try (Scope scope = Scope.open()) {
            if (variant != FcosVariant.ADELAIDET || quality == BoxQuality.IOU) {
                return scope.keep(losses.sum().mul(shareOfPoints));
            }
            double weights = Arrays.stream(targets.centerness()).sum();
            Tensor weighted = losses.mul(constant(losses, targets.centerness())).sum();
            return scope.keep(weighted.mul(share(weighted, Math.max(weights, LEAST_WEIGHT))));
        }
    }

    /** Generalized IoU losses of the boxes in pixels, [F]. */
    private static Tensor giouOfCorners(Tensor distances, FcosTargets targets) {
        int count = targets.foreground().size();
        double[] xy = new double[2 * count];
        double[] strides = new double[count];
        for (int i = 0; i < count; i++) {
            FcosTargets.Foreground point = targets.foreground().get(i);
            FcosPoints level = targets.points().get(point.level());
            System.arraycopy(level.xy(), 2 * point.index(), xy, 2 * i, 2);
            strides[i] = level.stride();
        }
        try (Scope scope = Scope.open()) {
            Tensor wanted = constant(distances, targets.distances()).reshape(distances.shape());
            Tensor boxes = BoxDecoding.decodeDistances(distances, xy, strides);
            return scope.keep(boxes.backend().giou(boxes, BoxDecoding.decodeDistances(wanted, xy, strides)));
        }
    }

    /**
     * 1/divisor. From the host as the targets are: a number that changes with every batch is data, not a part of the
     * computation.
     */
    private static Tensor share(Tensor like, double divisor) {
        return like.backend().root().tensor(new double[] {1 / divisor}, Shape.SCALAR, like.dtype());
    }

    private static Tensor constant(Tensor like, double[] values) {
        return like.backend().root().tensor(values, Shape.of(values.length), like.dtype());
    }
}
