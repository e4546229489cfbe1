package dev.retort.distill.region;

import dev.retort.tensor.ReduceOp;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;

/** The imitation of maps cell by cell: what losses under a region weight and add up. */
public final class CellSquares {
    /** What sums of weights are at least, where they divide: a region without cells gives 0. */
    private static final double LEAST = 1e-6;

    private CellSquares() {}

    /**
     * The sum over channels of (S - T)^2, [N, h, w, 1].
     *
     * @param student [N, h, w, C]
     * @param teacher [N, h, w, C], taken as a constant
     */
    public static Tensor of(Tensor student, Tensor teacher) {
        try (Scope scope = Scope.open()) {
            return scope.keep(student.sub(teacher).square().reduce(ReduceOp.SUM, true, 3));
        }
    }

    /** A sum under weights by the sum of the weights; 0 where all of them are 0. Scalars. */
    public static Tensor divided(Tensor sum, Tensor weights) {
        try (Scope scope = Scope.open()) {
            Tensor least = weights.backend().root().full(weights.shape(), weights.dtype(), LEAST);
            return scope.keep(sum.div(weights.maximum(least)));
        }
    }
}
