package dev.retort.nn;

import dev.retort.nn.init.Initializer;
import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.random.CounterRandom;
import dev.retort.tensor.random.Purpose;

/** Where the tensors of a model under construction get their first values from. */
@FunctionalInterface
public interface FirstValues {
    /** The largest array that every virtual machine makes. */
    int LARGEST = Integer.MAX_VALUE - 8;

    /**
     * A new tensor.
     *
     * @param name dotted path and name in the model
     * @param initializer what draws values where there are none yet
     */
    Tensor tensor(String name, Shape shape, Initializer initializer);

    /** Values drawn from a seed; the draws of a tensor are keyed by (seed, name), so a new layer never shifts another's. */
    static FirstValues drawn(Backend backend, DType dtype, long seed) {
        return (name, shape, initializer) -> {
            if (shape.size() > LARGEST) {
                throw new IllegalArgumentException("'" + name + "' " + shape + " would have " + shape.size()
                        + " values, more than an array holds: make the model smaller");
            }
            long stream = CounterRandom.stream(seed, Purpose.INITIALIZATION, hash(name));
            return backend.tensor(initializer.values(shape, stream), shape, dtype);
        };
    }

    /** FNV-1a over the UTF-16 units: 64 bits, the same everywhere. */
    private static long hash(String name) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ name.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }
}
