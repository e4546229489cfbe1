package dev.retort.distill.pkd;

import dev.retort.distill.level.ChannelStatistics;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;

/**
 * The distance of Pearson knowledge distillation (PKD, arXiv 2207.02039, section 3.2): half the mean squared difference of two
 * maps that were normalized channel by channel, which is (m - 1)/m times 1 minus their correlation, m = N*H*W.
 */
public final class PkdLoss {
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
            Tensor difference = ChannelStatistics.normalized(own).sub(ChannelStatistics.normalized(teacher));
            return scope.keep(difference.square().mean().mul(0.5));
        }
    }
}
