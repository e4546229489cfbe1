package dev.retort.nn.init;

import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.random.CounterRandom;
import java.util.Arrays;

/**
 * The initializers of the detector and of the distillation modules. Weights are [out, in] or [out, kH, kW, in]: fan in is
 * the number of weights that meet in one output, fan out the number that leave one input.
 */
public final class Initializers {
    private Initializers() {}

    public static Initializer zeros() {
        return constant(0);
    }

    public static Initializer ones() {
        return constant(1);
    }

    public static Initializer constant(double value) {
        return (shape, stream) -> {
            double[] values = new double[size(shape)];
            Arrays.fill(values, value);
            return values;
        };
    }

    /** Normal with mean 0. */
    public static Initializer normal(double deviation) {
        return (shape, stream) -> {
            double[] values = new double[size(shape)];
            for (int i = 0; i < values.length; i++) {
                values[i] = deviation * CounterRandom.normal(stream, i);
            }
            return values;
        };
    }

    /** Uniform in [-bound, bound). */
    public static Initializer uniform(double bound) {
        return (shape, stream) -> {
            double[] values = new double[size(shape)];
            for (int i = 0; i < values.length; i++) {
                values[i] = bound * (2 * CounterRandom.uniform(stream, i) - 1);
            }
            return values;
        };
    }

    /** Normal with deviation sqrt(2/fan out): He et al., arXiv 1502.01852, eq. 14. Convolutions of the backbone. */
    public static Initializer heNormalFanOut() {
        return (shape, stream) -> normal(Math.sqrt(2.0 / fanOut(shape))).values(shape, stream);
    }

    /** Uniform with bound sqrt(3/fan in), that is variance 1/fan in. Convolutions of the feature pyramid. */
    public static Initializer unitVarianceFanIn() {
        return (shape, stream) -> uniform(Math.sqrt(3.0 / fanIn(shape))).values(shape, stream);
    }

    /** Uniform with bound 1/sqrt(fan in). Weights of linear layers. */
    public static Initializer inverseRootFanIn() {
        return (shape, stream) -> uniform(1 / Math.sqrt(fanIn(shape))).values(shape, stream);
    }

    /** Uniform with bound sqrt(6/(fan in + fan out)): Glorot and Bengio, AISTATS 2010, eq. 16. */
    public static Initializer xavierUniform() {
        return (shape, stream) ->
                uniform(Math.sqrt(6.0 / (fanIn(shape) + fanOut(shape)))).values(shape, stream);
    }

    /** Number of weights that meet in one output of a weight [out, ..., in]. */
    public static long fanIn(Shape weight) {
        checkWeight(weight);
        return weight.size() / weight.dim(0);
    }

    /** Number of weights that leave one input of a weight [out, ..., in]. */
    public static long fanOut(Shape weight) {
        checkWeight(weight);
        return weight.size() / weight.dim(-1);
    }

    private static void checkWeight(Shape weight) {
        if (weight.rank() < 2 || weight.size() == 0) {
            throw new ShapeException(
                    "Fan in and fan out are those of a weight [out, ..., in] with elements, got " + weight);
        }
    }

    private static int size(Shape shape) {
        return Math.toIntExact(shape.size());
    }
}
