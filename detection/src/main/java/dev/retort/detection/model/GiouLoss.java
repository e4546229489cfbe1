package dev.retort.detection.model;

import dev.retort.tensor.CompareOp;
import dev.retort.tensor.LogicalOp;
import dev.retort.tensor.Tensor;

/**
 * Generalised IoU loss (arXiv 1902.09630, algorithm 1): 1 - IoU + (C - U)/C, where U is the union and C the smallest box
 * around both. Differentiable in both operands.
 */
public final class GiouLoss {
    private static final double EPS = 1e-7;

    private GiouLoss() {}

    /** Loss of each pair of boxes a, b [n, 4] XYXY: [n, 1]. */
    public static Tensor of(Tensor a, Tensor b) {
        Tensor[] p = columns(a);
        Tensor[] q = columns(b);
        Tensor width = p[2].minimum(q[2]).sub(p[0].maximum(q[0]));
        Tensor height = p[3].minimum(q[3]).sub(p[1].maximum(q[1]));
        Tensor overlap =
                width.backend().logical(LogicalOp.AND, width.compare(CompareOp.GT, 0), height.compare(CompareOp.GT, 0));
        Tensor zero = width.mul(0).detach();
        Tensor intersection = overlap.where(width.mul(height), zero);
        Tensor union = area(p).add(area(q)).sub(intersection);
        Tensor around = p[2].maximum(q[2])
                .sub(p[0].minimum(q[0]))
                .mul(p[3].maximum(q[3]).sub(p[1].minimum(q[1])));
        Tensor iou = intersection.div(union.add(EPS));
        return around.sub(union).div(around.add(EPS)).sub(iou).add(1);
    }

    private static Tensor[] columns(Tensor boxes) {
        Tensor[] columns = new Tensor[4];
        for (int i = 0; i < 4; i++) {
            columns[i] = boxes.slice(1, i, i + 1);
        }
        return columns;
    }

    private static Tensor area(Tensor[] box) {
        return box[2].sub(box[0]).mul(box[3].sub(box[1]));
    }
}
