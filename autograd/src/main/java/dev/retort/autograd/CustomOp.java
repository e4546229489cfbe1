package dev.retort.autograd;

import dev.retort.tensor.Backend;
import dev.retort.tensor.Tensor;
import java.util.List;

/**
 * An operation of one's own, with a gradient of one's own. {@link #apply} computes it, on whatever backend its inputs live, and a
 * tape that tracks an input records it like an operation of the engine:
 *
 * <pre>{@code
 * record Scale(double factor) implements CustomOp {
 *     public String name() {
 *         return "scale";
 *     }
 *
 *     public Tensor forward(Backend backend, List<Tensor> inputs) {
 *         return inputs.get(0).mul(factor);
 *     }
 *
 *     public List<Tensor> backward(Backend backend, List<Tensor> inputs, Tensor output, Tensor gradient) {
 *         return List.of(gradient.mul(factor));
 *     }
 * }
 *
 * Tensor y = new Scale(0.5).apply(x);
 * }</pre>
 *
 * <p>It may be used inside models and {@linkplain Tape#checkpoint checkpoints}. A backward that is made of differentiable
 * operations gives second derivatives too; one that reads numbers out of its tensors and makes new ones, as around a native
 * kernel, gives first derivatives only. {@link GradientCheck} checks both.
 *
 * <p>Inputs and result are held until the gradient has been taken or the tape closes; what forward and backward make besides goes
 * when they return.
 */
public interface CustomOp {
    /** What graphs and errors call it; not blank. */
    String name();

    /**
     * The result, F32 or F64 of any shape, from inputs that no tape tracks. It must depend on these alone, and not write into them.
     *
     * @param backend where the inputs live, and the result has to
     */
    Tensor forward(Backend backend, List<Tensor> inputs);

    /**
     * The gradients of sum(gradient*output), one for each input that is F32 or F64, in their order, and of its shape and type. Indices and
     * masks have none.
     *
     * @param backend where these tensors live and new ones are made: while second derivatives are taken, a tape
     * @param inputs what forward was given
     * @param output what it returned
     * @param gradient of the output's shape and type
     */
    List<Tensor> backward(Backend backend, List<Tensor> inputs, Tensor output, Tensor gradient);

    /**
     * Applies this operation: a tensor on the outermost tape that tracks an input, else a constant. It belongs to the current scope.
     *
     * @param inputs 1 to 30, of one backend and its tapes
     * @throws dev.retort.tensor.ShapeException if inputs live on different backends; if forward or, when gradients are taken, backward
     *     returns null, a tensor that lives elsewhere, or one of a wrong shape or type. It names this operation
     */
    default Tensor apply(Tensor... inputs) {
        return CustomRule.apply(this, inputs);
    }
}
