package dev.retort.distill.fitnet;

import dev.retort.distill.region.CellSquares;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.List;

/**
 * Plain imitation (FitNets, arXiv 1412.6550, eq. 3, there halved): (S - T)^2 under weights M of the cells, with q the sum of it over
 * channels. Near objects it is fine-grained mimic (FGFI, arXiv 1906.03609, eq. 2). As first released, FGFI divides 0 by 0 where no cell
 * is marked; here that is 0.
 */
public final class FitNetLoss {
    private FitNetLoss() {}

    /** What the sum of M*q is divided by. */
    public enum Normalization {
        /**
         * Each level by its elements, C times the sum of M; levels are added up: with M = 1 the mean. DeFeat's version of FGFI is
         * this, halved and averaged over levels.
         */
        ELEMENTS,
        /** All levels together by 2 times the sum of M: FGFI. */
        CELLS
    }

    /**
     * The loss over levels, a scalar.
     *
     * @param students adapted maps, [N, h, w, C] a level
     * @param teachers likewise, taken as constants
     * @param weights M, [N, h, w, 1] a level, constants
     */
    public static Tensor of(
            List<Tensor> students, List<Tensor> teachers, List<Tensor> weights, Normalization normalization) {
        try (Scope scope = Scope.open()) {
            Tensor sum = null;
            Tensor total = null;
            for (int level = 0; level < students.size(); level++) {
                Tensor teacher = teachers.get(level);
                Tensor region = weights.get(level);
                Tensor squares =
                        CellSquares.of(students.get(level), teacher).mul(region).sum();
                Tensor counted = region.sum();
                Tensor term = normalization == Normalization.CELLS
                        ? squares
                        : CellSquares.divided(squares, counted).mul(1.0 / teacher.dim(3));
                sum = sum == null ? term : sum.add(term);
                total = total == null ? counted : total.add(counted);
            }
            return scope.keep(
                    normalization == Normalization.CELLS
                            ? CellSquares.divided(sum, total).mul(0.5)
                            : sum);
        }
    }
}
