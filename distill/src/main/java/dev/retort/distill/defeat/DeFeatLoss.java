package dev.retort.distill.defeat;

import dev.retort.distill.region.CellSquares;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Decoupled imitation (DeFeat, arXiv 2103.14475, eq. 4): half the mean of (S - T)^2 over the elements of the foreground, and
 * likewise of the background, both averaged over levels. Unweighted scalars; 0 where there is no such cell.
 */
public record DeFeatLoss(Tensor foreground, Tensor background) {
    /**
     * The loss over levels.
     *
     * @param students adapted maps, [N, h, w, C] a level
     * @param teachers likewise, taken as constants
     * @param cells [N, h, w, 1] a level, 1 in the foreground and 0 elsewhere; constants
     */
    public static DeFeatLoss of(List<Tensor> students, List<Tensor> teachers, List<Tensor> cells) {
        try (Scope scope = Scope.open()) {
            List<Tensor> inside = new ArrayList<>();
            List<Tensor> outside = new ArrayList<>();
            for (int level = 0; level < students.size(); level++) {
                Tensor squares = CellSquares.of(students.get(level), teachers.get(level));
                Tensor own = cells.get(level);
                double share = 1.0 / (2 * teachers.get(level).dim(3) * students.size());
                inside.add(mean(squares, own).mul(share));
                outside.add(mean(squares, own.neg().add(1)).mul(share));
            }
            return new DeFeatLoss(scope.keep(sum(inside)), scope.keep(sum(outside)));
        }
    }

    private static Tensor mean(Tensor squares, Tensor weights) {
        return CellSquares.divided(squares.mul(weights).sum(), weights.sum());
    }

    private static Tensor sum(List<Tensor> terms) {
        Tensor sum = terms.get(0);
        for (Tensor term : terms.subList(1, terms.size())) {
            sum = sum.add(term);
        }
        return sum;
    }
}
