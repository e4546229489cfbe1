package dev.retort.nn;

import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.reference.ReferenceBackend;
import java.util.SplittableRandom;

/** What the tests of this module share: a backend, contexts on it and seeded tensors. */
public final class TestTensors {
    private TestTensors() {}

    public static Backend reference() {
        return new ReferenceBackend();
    }

    public static BuildContext f64(Backend backend) {
        return BuildContext.root(backend, DType.F64, 7);
    }

    /** Uniform in [-1, 1). */
    public static double[] values(long seed, int size) {
        return new SplittableRandom(seed).doubles(size, -1, 1).toArray();
    }

    /** F64, uniform in [-1, 1). */
    public static Tensor tensor(Backend backend, long seed, int... extents) {
        Shape shape = Shape.of(extents);
        return backend.tensor(values(seed, (int) shape.size()), shape, DType.F64);
    }

    /** Overwrites parameters and buffers with seeded values in [0.25, 1.75): no norm is the identity then. */
    public static void randomize(Module module, long seed) {
        long key = seed;
        for (Tensor target : module.state().values()) {
            double[] values = values(key++, (int) target.size());
            for (int i = 0; i < values.length; i++) {
                values[i] = 1 + 0.75 * values[i];
            }
            set(target, values);
        }
    }

    public static void set(Tensor target, double... values) {
        try (Tensor source = target.backend().tensor(values, target.shape(), target.dtype())) {
            target.backend().assign(target, source);
        }
    }
}
