package dev.retort.distill.dense;

import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;

/** Losses of one level that compare place with place; sums, to be divided by {@link CountedPlaces#share}. */
public final class PredictionLosses {
    private PredictionLosses() {}

    /**
     * The binary cross entropy with a soft target q, weighted by how far the student is from it (quality focal loss, arXiv
     * 2006.04388): sum of |p - q|^beta * BCE(p, q) over places and classes, p = sigmoid(student), q = sigmoid(teacher). The factor is
     * differentiated, too. A scalar.
     *
     * @param student logits [N, R, K]
     * @param teacher logits [N, R, K], constants
     * @param counted [N, R, 1], constants
     * @param beta 1 or more
     */
    public static Tensor classes(Tensor student, Tensor teacher, Tensor counted, double beta) {
        try (Scope scope = Scope.open()) {
            Tensor wanted = teacher.sigmoid();
            Tensor distance = student.sigmoid().sub(wanted).abs();
            Tensor factor = beta == 1 ? distance : distance.pow(beta);
            return scope.keep(
                    student.bceWithLogits(wanted).mul(factor).mul(counted).sum());
        }
    }

    /**
     * The sum over places of weight * (1 - GIoU) (arXiv 1902.09630); a scalar.
     *
     * @param student boxes [N, R, 4], XYXY
     * @param teacher boxes [N, R, 4], constants
     * @param weights [N, R, 1], constants
     */
    public static Tensor boxes(Tensor student, Tensor teacher, Tensor weights) {
        try (Scope scope = Scope.open()) {
            return scope.keep(student.giou(teacher).unsqueeze(2).mul(weights).sum());
        }
    }
}
