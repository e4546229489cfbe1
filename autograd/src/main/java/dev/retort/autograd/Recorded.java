package dev.retort.autograd;

import dev.retort.tensor.Backend;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.function.Supplier;

/**
 * What a gradient rule sees of the operation it is for.
 *
 * @param ops the backend beneath the tape
 * @param wanted for each input, whether anybody asks for its gradient
 */
record Recorded(Backend ops, Node node, boolean[] wanted) {
    /** A saved input. */
    Tensor in(int i) {
        return node.input(i);
    }

    /** The saved result. */
    Tensor out() {
        return node.output();
    }

    /** Shape of an input, saved or not. */
    Shape shape(int i) {
        return node.shapes[i];
    }

    /** Whether anybody asks for the gradient of input i. */
    boolean wants(int i) {
        return wanted[i];
    }

    /** One gradient per input; only those that are wanted are computed. */
    @SafeVarargs
    final Tensor[] each(Supplier<Tensor>... gradients) {
        Tensor[] results = new Tensor[gradients.length];
        for (int i = 0; i < gradients.length; i++) {
            results[i] = wants(i) ? gradients[i].get() : null;
        }
        return results;
    }
}
