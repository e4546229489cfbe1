package dev.retort.distill.pkd;

import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;

/**
 * The distance of Pearson knowledge distillation (PKD, arXiv 2207.02039, section 3.2): half the mean squared difference of two
 * maps that were normalized channel by channel, which is (m - 1)/m times 1 minus their correlation, m = N*H*W.
 */
public final class PkdLoss {
    /** Added to the deviation, as in the released code. */
    private static final double EPSILON = 1e-6;

    private PkdLoss() {}

    /**
     * The distance of one level, a scalar. A student's map of another height is resized to the teacher's size, bilinearly.
     *
     * @param student [N, h, w, C]
     * @param teacher [N, H, W, C], taken as a constant; N*H*W is 2 or more
     */
    public static Tensor distance(Tensor student, Tensor teacher) {
        try (Scope scope = Scope.open()) {
            Tensor own = student.dim(1) == teacher.dim(1)
                    ? student
                    : student.backend().resizeBilinear(student, teacher.dim(1), teacher.dim(2));
            Tensor difference = normalized(own).sub(normalized(teacher));
            return scope.keep(difference.square().mean().mul(0.5));
        }
    }

    /** (x - mean)/(deviation + 1e-6) of each channel over all images and cells: [N*H*W, C]. The deviation is the unbiased one. */
    private static Tensor normalized(Tensor map) {
        try (Scope scope = Scope.open()) {
            Tensor rows = map.reshape(-1, map.dim(3));
            Tensor centered = rows.sub(rows.mean(0));
            // norm has a gradient of 0 where a channel is the same everywhere, which sqrt has not.
            Tensor deviation = centered.norm(0).mul(1 / Math.sqrt(rows.dim(0) - 1.0));
            return scope.keep(centered.div(deviation.add(EPSILON)));
        }
    }
}
