package dev.retort.distill.frs;

import dev.retort.distill.region.CellSquares;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;

/**
 * The losses of one level under feature richness (FRS, arXiv 2111.00674, eq. 2 to 6): the mask M is the teacher's best class score in
 * a cell, over places and classes, which {@link dev.retort.distill.region.RegionWeights#scores(Tensor, Tensor)} gives. Both are sums
 * over cells, divided by the sum of M. Unweighted scalars.
 */
public final class FrsLoss {
    private FrsLoss() {}

    /**
     * The sum of M*(S - T)^2 over cells and channels, divided.
     *
     * @param student an adapted map, [N, h, w, C]
     * @param teacher likewise, taken as a constant
     * @param mask M, [N, h, w, 1], a constant
     */
    public static Tensor feature(Tensor student, Tensor teacher, Tensor mask) {
        try (Scope scope = Scope.open()) {
            return scope.keep(CellSquares.divided(
                    CellSquares.of(student, teacher).mul(mask).sum(), mask.sum()));
        }
    }

    /**
     * The sum of M times the binary cross entropy of both scores over cells, places and classes, divided.
     *
     * @param student logits [N, h*w*A, K]
     * @param teacher likewise, taken as a constant
     * @param mask M, [N, h, w, 1], a constant
     */
    public static Tensor classes(Tensor student, Tensor teacher, Tensor mask) {
        try (Scope scope = Scope.open()) {
            int images = mask.dim(0);
            int cells = mask.dim(1) * mask.dim(2);
            Tensor entropy = student.bceWithLogits(teacher.sigmoid())
                    .reshape(images, cells, -1)
                    .sum(2);
            return scope.keep(
                    CellSquares.divided(entropy.mul(mask.reshape(images, cells)).sum(), mask.sum()));
        }
    }

    /** The share of both weights at an iteration: rises linearly over the warm-up. */
    public static double ramp(long iteration, int warmup) {
        return iteration >= warmup ? 1 : (double) iteration / warmup;
    }
}
