package dev.retort.nn.optim;

import dev.retort.autograd.Parameter;
import dev.retort.tensor.Tensor;

/** Gives each parameter's gradient, as {@code gradients::of} and {@code accumulator::of} do. */
@FunctionalInterface
public interface GradientSource {
    /** The gradient, of the parameter's shape; null if there is none. */
    Tensor of(Parameter parameter);
}
