package dev.retort.nn.checkpoint;

import dev.retort.nn.Module;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Weights on the host by full name, in Retort's layout: what weight import fills and a model takes. {@link #putPyTorch}
 * converts at the border: convolution weights from OIHW to OHWI, everything else as it is.
 */
public final class StateDict {
    private final Map<String, Value> values = new LinkedHashMap<>();

    /** Row-major values of a tensor. */
    public record Value(Shape shape, float[] data) {
        public Value {
            if (shape.size() != data.length) {
                throw new ShapeException("Shape " + shape + " does not hold " + data.length + " values");
            }
        }
    }

    /** Adds a tensor in Retort's layout, or replaces it. */
    public StateDict put(String name, Value value) {
        values.put(name, value);
        return this;
    }

    /** Adds a tensor in PyTorch's layout, or replaces it: rank 4 is taken for a convolution weight, OIHW. */
    public StateDict putPyTorch(String name, Shape shape, float[] data) {
        Value value = new Value(shape, data);
        return put(name, shape.rank() == 4 ? channelsLast(value) : value);
    }

    /** The tensors by name. */
    public Map<String, Value> values() {
        return Collections.unmodifiableMap(values);
    }

    private static Value channelsLast(Value value) {
        Shape shape = value.shape();
        int out = shape.dim(0);
        int in = shape.dim(1);
        int window = shape.dim(2) * shape.dim(3);
        float[] moved = new float[value.data().length];
        for (int o = 0; o < out; o++) {
            for (int i = 0; i < in; i++) {
                for (int k = 0; k < window; k++) {
                    moved[(o * window + k) * in + i] = value.data()[(o * in + i) * window + k];
                }
            }
        }
        return new Value(Shape.of(out, shape.dim(2), shape.dim(3), in), moved);
    }

    /**
     * Overwrites all parameters and buffers of a model.
     *
     * @throws IllegalArgumentException naming the first difference, if names and shapes are not exactly the model's; the model
     *     is then unchanged
     */
    public void copyTo(Module module) {
        List<String> differences = differences(module);
        if (!differences.isEmpty()) {
            throw new IllegalArgumentException("These weights are of another architecture: " + differences.get(0)
                    + (differences.size() > 1 ? " (and " + (differences.size() - 1) + " more)" : ""));
        }
        copyMatching(module);
    }

    /** Overwrites what fits by name and shape; everything else keeps its values. */
    public WeightCopy copyMatching(Module module) {
        Map<String, WeightCopy.Source> sources = new LinkedHashMap<>();
        values.forEach((name, value) -> sources.put(name, WeightCopy.Source.read(value.shape(), value::data)));
        return WeightCopy.matching(sources, module);
    }

    private List<String> differences(Module module) {
        Map<String, Shape> expected = new LinkedHashMap<>();
        module.state().forEach((name, tensor) -> expected.put(name, tensor.shape()));
        Map<String, Shape> given = new LinkedHashMap<>();
        values.forEach((name, value) -> given.put(name, value.shape()));
        return Differences.between(expected, given);
    }
}
