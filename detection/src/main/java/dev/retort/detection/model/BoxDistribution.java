package dev.retort.detection.model;

import dev.retort.tensor.Backend;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.stream.IntStream;

/**
 * Boxes as four distributions (generalized focal loss, arXiv 2006.04388, section 3.2): logits of how far each edge, left, top, right and
 * bottom, is from the place that predicts it, 0 to 16 strides. A box's logits are edge by edge, [4 * 17].
 */
public final class BoxDistribution {
    /** Distances 0 to 16, n + 1 of the paper. */
    public static final int BINS = 17;

    /** Of a box. */
    public static final int EDGES = 4;

    /** Of {@link #focalLoss} among a detector's losses (section 4). */
    public static final double FOCAL_WEIGHT = 0.25;

    /** A target's distance from the last bin at least, as in the released code. */
    private static final double MARGIN = 0.1;

    private BoxDistribution() {}

    /**
     * The distances that are expected (eq. 4), in strides.
     *
     * @param logits [..., 4 * 17]
     * @return [..., 4]
     */
    public static Tensor distances(Tensor logits) {
        int[] extents = logits.shape().toArray();
        extents[extents.length - 1] = EDGES;
        try (Scope scope = Scope.open()) {
            Tensor share = edges(logits).softmax(1);
            double[] bins = IntStream.range(0, BINS).asDoubleStream().toArray();
            Tensor distance = logits.backend().root().tensor(bins, Shape.of(1, BINS), logits.dtype());
            return scope.keep(share.mul(distance).sum(1).reshape(Shape.of(extents)));
        }
    }

    /**
     * Distribution focal loss (eq. 6): for a distance y between the bins i and i + 1, -((i + 1 - y) ln p_i + (y - i) ln p_i+1), the mean of
     * a box's edges.
     *
     * @param logits [F, 4 * 17]
     * @param distances [F * 4] in strides, targets; those beyond the bins count as their ends
     * @return [F]
     */
    public static Tensor focalLoss(Tensor logits, double[] distances) {
        double[] wanted = new double[distances.length * BINS];
        for (int edge = 0; edge < distances.length; edge++) {
            double distance = Math.min(Math.max(distances[edge], 0), BINS - 1 - MARGIN);
            int bin = (int) distance;
            wanted[edge * BINS + bin] = (bin + 1 - distance) / EDGES;
            wanted[edge * BINS + bin + 1] = (distance - bin) / EDGES;
        }
        Backend root = logits.backend().root();
        try (Scope scope = Scope.open()) {
            Tensor targets = root.tensor(wanted, Shape.of(distances.length, BINS), logits.dtype());
            Tensor each = edges(logits).logSoftmax(1).mul(targets).sum(1);
            return scope.keep(each.reshape(logits.dim(0), EDGES).sum(1).neg());
        }
    }

    /** [..., 4 * 17] as [edges, 17]. */
    private static Tensor edges(Tensor logits) {
        return logits.reshape(Math.toIntExact(logits.size() / BINS), BINS);
    }
}
