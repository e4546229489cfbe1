package dev.retort.distill.ld;

import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;

/**
 * The loss of localization distillation (LD, arXiv 2102.12252): for each edge of a box, with p and q the softmax of the student's
 * and the teacher's logits over its bins, both divided by a temperature T,
 * <pre>
 * T^2 * mean over bins of q * ln(q/p)
 * </pre>
 * The mean is the released code's, where the divergence of the paper is a sum. Its RetinaNet takes one softmax over the bins of all four
 * edges: give it one "edge" of four times as many bins.
 */
public final class LdLoss {
    private LdLoss() {}

    /**
     * The loss of each edge, [R * E].
     *
     * @param student logits [R, E * bins], edge by edge
     * @param teacher likewise, constants
     */
    public static Tensor each(Tensor student, Tensor teacher, int bins, double temperature) {
        try (Scope scope = Scope.open()) {
            Tensor own = scaled(student, bins, temperature).logSoftmax(1);
            Tensor given = scaled(teacher, bins, temperature).softmax(1);
            return scope.keep(own.klDivergence(given).mean(1).mul(temperature * temperature));
        }
    }

    /**
     * The sum over edges, weighted; a scalar, not divided.
     *
     * @param each [R * E]
     * @param weights of each place, [R], constants
     */
    public static Tensor sum(Tensor each, Tensor weights) {
        try (Scope scope = Scope.open()) {
            int places = weights.dim(0);
            if (places == 0) {
                return scope.keep(each.sum());
            }
            return scope.keep(each.reshape(places, -1).mul(weights.unsqueeze(1)).sum());
        }
    }

    private static Tensor scaled(Tensor logits, int bins, double temperature) {
        return logits.reshape(logits.dim(0) * (logits.dim(1) / bins), bins).div(temperature);
    }
}
