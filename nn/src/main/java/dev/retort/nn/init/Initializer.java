package dev.retort.nn.init;

import dev.retort.tensor.Shape;

/** Draws the first values of one parameter. */
@FunctionalInterface
public interface Initializer {
    /**
     * The values in row-major order.
     *
     * @param stream key of the parameter's own random draws ({@code CounterRandom.stream}); value i takes draw i, so neither
     *     another parameter nor another order of construction changes it
     */
    double[] values(Shape shape, long stream);
}
