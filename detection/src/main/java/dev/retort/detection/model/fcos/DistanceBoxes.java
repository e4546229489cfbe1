package dev.retort.detection.model.fcos;

import dev.retort.tensor.BinaryOp;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.List;

/**
 * Boxes around one point, given as distances [F, 4] to the left, top, right and bottom edge, all 0 or more: with the point in common
 * they overlap always.
 */
final class DistanceBoxes {
    private DistanceBoxes() {}

    /** IoU and generalized IoU (arXiv 1902.09630), [F] each. */
    record Overlap(Tensor iou, Tensor giou) {}

    /**
     * AdelaiDet's: iou = (I + 1)/(U + 1), giou = iou - (C - U)/C, with I the intersection's area, U the union's and C that of the
     * smallest box around both.
     *
     * @param targets have areas above 0
     */
    static Overlap overlap(Tensor distances, Tensor targets) {
        try (Scope scope = Scope.open()) {
            Tensor intersection = area(distances.binary(BinaryOp.MIN, targets));
            Tensor union = area(distances).add(area(targets)).sub(intersection);
            Tensor hull = area(distances.binary(BinaryOp.MAX, targets));
            Tensor iou = intersection.add(1).div(union.add(1));
            return new Overlap(
                    scope.keep(iou), scope.keep(iou.sub(hull.sub(union).div(hull))));
        }
    }

    /** (l + r)(t + b), [F]. */
    private static Tensor area(Tensor distances) {
        try (Scope scope = Scope.open()) {
            List<Tensor> halves = distances.split(1, 2, 2);
            List<Tensor> sides = halves.get(0).add(halves.get(1)).split(1, 1, 1);
            return scope.keep(sides.get(0).mul(sides.get(1)).reshape(distances.dim(0)));
        }
    }
}
