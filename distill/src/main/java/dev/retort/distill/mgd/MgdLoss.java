package dev.retort.distill.mgd;

import dev.retort.tensor.CompareOp;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;

/**
 * The loss of masked generative distillation (MGD, arXiv 2205.01529, section 3): the student's map, most of its cells
 * hidden, is to generate the teacher's. With G the {@link MgdGenerator} of a level and phi an adapter where widths differ:
 *
 * <pre>{@code L = weight * sum over levels of sum over images, cells and channels of (G(keep * phi(S)) - T)^2 / N}</pre>
 *
 * It is a sum over C*H*W, so a weight belongs to a size of images.
 */
public final class MgdLoss {
    private MgdLoss() {}

    /**
     * What is kept of a map, 1 or 0: all but u &gt; 1 - masked.
     *
     * @param uniform u in [0, 1), of any shape that a map [N, h, w, C] is multiplied by, such as [N, h, w, 1]
     * @param masked the share that is hidden
     */
    public static Tensor keep(Tensor uniform, double masked) {
        try (Scope scope = Scope.open()) {
            return scope.keep(uniform.compare(CompareOp.LE, 1 - masked).cast(uniform.dtype()));
        }
    }

    /**
     * The sum of squared differences of an image, averaged over images: a scalar.
     *
     * @param generated [N, h, w, C]
     * @param teacher [N, h, w, C], a constant
     */
    public static Tensor distance(Tensor generated, Tensor teacher) {
        try (Scope scope = Scope.open()) {
            return scope.keep(generated.sub(teacher).square().sum().div(teacher.dim(0)));
        }
    }
}
