package dev.retort.distill.bckd;

import dev.retort.distill.dense.PredictionLosses;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;

/**
 * Binary classification and IoU distillation (BCKD, arXiv 2308.14286): a student's predictions follow the teacher's, with p
 * and q the sigmoid of the student's and the teacher's class logits at a place, and F the number of positive places:
 * <pre>
 * classes = sum |p - q|^beta * BCE(p, q) / F               over places and classes; the factor has a gradient
 * boxes   = sum max_k |q_k - p_k| * (1 - GIoU(b, b')) / F  over places; the factor has none
 * </pre>
 * Places that the detector ignores do not count. The paper writes IoU where the released code takes the generalized one, as here.
 */
public final class BckdLoss {
    private BckdLoss() {}

    /** The sum of {@code classes} over one level, not divided: {@link PredictionLosses#classes}. */
    public static Tensor classes(Tensor student, Tensor teacher, Tensor counted, double beta) {
        return PredictionLosses.classes(student, teacher, counted, beta);
    }

    /**
     * The sum of {@code boxes} over one level, not divided; a scalar.
     *
     * @param student boxes [N, R, 4], XYXY
     * @param teacher likewise, constants
     * @param studentLogits [N, R, K], taken as constants
     * @param teacherLogits [N, R, K], constants
     * @param counted [N, R, 1]: 1, or 0 where a place does not count
     */
    public static Tensor boxes(
            Tensor student, Tensor teacher, Tensor studentLogits, Tensor teacherLogits, Tensor counted) {
        try (Scope scope = Scope.open()) {
            Tensor apart = studentLogits
                    .detach()
                    .sigmoid()
                    .sub(teacherLogits.sigmoid())
                    .abs()
                    .max(2)
                    .unsqueeze(2);
            return scope.keep(PredictionLosses.boxes(student, teacher, apart.mul(counted)));
        }
    }
}
