package dev.retort.distill.crosskd;

import dev.retort.distill.dense.PredictionLosses;
import dev.retort.distill.level.ChannelStatistics;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;

/**
 * CrossKD (arXiv 2306.11369): a student's map inside the tower, rescaled to the teacher's statistics, goes through the rest
 * of the teacher's frozen head. What comes out follows the teacher's predictions, with p and q the sigmoid of class logits at a place, b
 * and b' boxes, and F the number of positive places:
 * <pre>
 * classes = sum |p - q| * BCE(p, q) / F             over places and classes; the factor has a gradient
 * boxes   = sum max_k q_k * (1 - GIoU(b, b')) / F   over places
 * </pre>
 * As in the released code, places that the detector ignores do not count and boxes weigh as the teacher's score; the paper counts all
 * alike.
 */
public final class CrossKdLoss {
    private CrossKdLoss() {}

    /**
     * The student's map as the teacher's head takes it: each channel with the mean and the unbiased deviation over images and cells that
     * the teacher's map has there.
     *
     * @param student [N, H, W, C], before the ReLU; N*H*W is 2 or more
     * @param teacher likewise, a constant
     */
    public static Tensor aligned(Tensor student, Tensor teacher) {
        return ChannelStatistics.transferred(student, teacher);
    }

    /**
     * The sum of {@code classes} over one level, not divided.
     *
     * @param crossed logits that the student's map came to, [N, R, K]
     * @param teacher its logits, constants
     * @param counted [N, R, 1]: 1, or 0 where a place does not count
     */
    public static Tensor classes(Tensor crossed, Tensor teacher, Tensor counted) {
        return PredictionLosses.classes(crossed, teacher, counted, 1);
    }

    /**
     * The sum of {@code boxes} over one level, not divided.
     *
     * @param crossed boxes that the student's map came to, [N, R, 4], XYXY
     * @param teacher its boxes, constants
     * @param teacherLogits [N, R, K], constants
     * @param counted as in {@link #classes}
     */
    public static Tensor boxes(Tensor crossed, Tensor teacher, Tensor teacherLogits, Tensor counted) {
        try (Scope scope = Scope.open()) {
            Tensor best = teacherLogits.max(2).unsqueeze(2).sigmoid();
            return scope.keep(PredictionLosses.boxes(crossed, teacher, best.mul(counted)));
        }
    }
}
