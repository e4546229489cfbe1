package dev.retort.nn.optim;

import java.util.function.DoubleUnaryOperator;

/**
 * How a schedule starts, as detectron2's WarmupParamScheduler: for the first iterations the learning rate goes from {@code factor}
 * times the first one to that which the schedule has where the warm-up ends, or stays at its start.
 *
 * @param method linear or constant
 * @param factor share of the first learning rate at iteration 0
 * @param iterations length; 0 for none
 * @param rescale whether the schedule behind the warm-up is squeezed into the remaining iterations instead of cut
 */
public record Warmup(Method method, double factor, long iterations, boolean rescale) {
    /** Progress is compared with this much slack, as detectron2 does, so that rounding moves no boundary. */
    static final double SLACK = 1e-6;

    /** The learning rate between start and end of the warm-up. */
    public enum Method {
        LINEAR,
        CONSTANT
    }

    public Warmup {
        if (!(factor >= 0) || iterations < 0) {
            throw new IllegalArgumentException(
                    "Warm-up needs factor >= 0 and iterations >= 0, got " + factor + " and " + iterations);
        }
    }

    /** Linear from {@code factor}, not rescaled: detectron2's default. */
    public static Warmup linear(double factor, long iterations) {
        return new Warmup(Method.LINEAR, factor, iterations, false);
    }

    /**
     * The multiplier of the base learning rate at {@code progress}.
     *
     * @param progress iteration/maxIterations
     * @param schedule multiplier of the schedule without warm-up, from progress
     */
    double multiplier(double progress, long maxIterations, DoubleUnaryOperator schedule) {
        double length = Math.min((double) iterations / maxIterations, 1);
        if (length > 0 && progress + SLACK <= length) {
            double start = factor * schedule.applyAsDouble(0);
            if (method == Method.CONSTANT) {
                return start;
            }
            double end = schedule.applyAsDouble(rescale ? 0 : length);
            double part = progress / length;
            return end * part + start * (1 - part);
        }
        return schedule.applyAsDouble(rescale && length < 1 ? (progress - length) / (1 - length) : progress);
    }
}
