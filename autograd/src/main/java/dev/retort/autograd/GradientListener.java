package dev.retort.autograd;

import dev.retort.tensor.Tensor;

/** Told of gradients while a backward pass still computes others, so that something can be done with them meanwhile. */
@FunctionalInterface
public interface GradientListener {
    /**
     * Called once for each watched parameter that the scalar depends on, on the thread of the pass: first those that were used last.
     *
     * @param gradient of the parameter's shape; it lives until the pass is over, and must not be changed
     */
    void ready(Parameter parameter, Tensor gradient);
}
