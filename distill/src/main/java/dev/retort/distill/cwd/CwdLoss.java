package dev.retort.distill.cwd;

import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;

/**
 * The divergence of channel-wise distillation (CWD, arXiv 2011.13256, section 3.2, eq. 4 and 5): where in the image each channel is
 * active. tau^2/(N*C) times the sum over images and channels of KL(p_T || p_S), p being the softmax over cells of x/tau. A level of one
 * cell gives 0. Released codes minimize the cross entropy in its place, whose gradient is the same, or divide by the student's C.
 */
public final class CwdLoss {
    private CwdLoss() {}

    /**
     * The divergence of one level, a scalar.
     *
     * @param student [N, cells, C]
     * @param teacher [N, cells, C], taken as a constant
     */
    public static Tensor divergence(Tensor student, Tensor teacher, double tau) {
        try (Scope scope = Scope.open()) {
            Tensor own = student.div(tau).logSoftmax(1);
            Tensor given = teacher.div(tau).softmax(1);
            double share = tau * tau / ((double) teacher.dim(0) * teacher.dim(2));
            return scope.keep(own.klDivergence(given).sum().mul(share));
        }
    }

    /**
     * A level cell by cell, [N, h*w, C]: of a map, its channels; of logits of A places a cell, their A*K numbers.
     *
     * @param values [N, h, w, C] or [N, h*w*A, K]
     */
    public static Tensor byCell(Tensor values, int cells) {
        return values.reshape(values.dim(0), cells, -1);
    }
}
