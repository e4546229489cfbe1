package dev.retort.distill.fbkd;

import dev.retort.distill.region.RegionWeights;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;

/**
 * The parts of feature-based knowledge distillation (FBKD, Zhang and Ma, "Improve Object Detection with Feature-based Knowledge
 * Distillation", ICLR 2021, section 3) on one level, unweighted scalars. With phi a 1x1 convolution, NL the {@link NonLocal} blocks,
 * and M the {@link #mask}:
 *
 * <pre>{@code
 * feature  = ||sqrt(M) (phi(S) - T)||
 * channel  = ||linear(mean over cells of S) - mean over cells of T||
 * spatial  = ||conv3x3(mean over channels of S) - mean over channels of T||
 * relation = ||conv1x1(NL_S(S)) - NL_T(T)||
 * }</pre>
 *
 * A norm is the root of one sum over images, cells and channels, as in mmrazor's port (the authors' code is not public); its gradient
 * is 0, not NaN, where nothing differs.
 */
public final class FbkdLoss {
    private FbkdLoss() {}

    /** Which cells count: the mean of both sides' attention to cells as in FGD, a constant [N, h, w, 1]. Maps are [N, h, w, *]. */
    public static Tensor mask(Tensor student, Tensor teacher, double temperature) {
        try (Scope scope = Scope.open()) {
            Tensor own = RegionWeights.activation(student.detach(), temperature);
            return scope.keep(
                    own.add(RegionWeights.activation(teacher, temperature)).mul(0.5));
        }
    }

    /**
     * The feature part.
     *
     * @param adapted phi(S), [N, h, w, C]
     * @param teacher [N, h, w, C], a constant
     * @param mask [N, h, w, 1], a constant
     */
    public static Tensor feature(Tensor adapted, Tensor teacher, Tensor mask) {
        try (Scope scope = Scope.open()) {
            return scope.keep(adapted.sub(teacher).mul(mask.sqrt()).norm());
        }
    }

    /** The root of the sum of squared differences of tensors of one shape: the other parts. */
    public static Tensor distance(Tensor student, Tensor teacher) {
        try (Scope scope = Scope.open()) {
            return scope.keep(student.sub(teacher).norm());
        }
    }
}
