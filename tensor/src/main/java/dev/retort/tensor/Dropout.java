package dev.retort.tensor;

import dev.retort.tensor.random.CounterRandom;

/** The default of {@link ComposedOperations#dropout}. */
final class Dropout {
    private Dropout() {}

    static Tensor apply(ComposedOperations ops, Tensor x, double p, long stream) {
        if (!(p >= 0 && p < 1)) {
            throw new ShapeException("dropout takes a probability in [0, 1), got " + p, x);
        }
        if (!x.dtype().isFloating()) {
            throw new ShapeException("dropout takes a floating type, got " + x.dtype() + ": cast it first", x);
        }
        if (p == 0) {
            return ops.reshape(x, x.shape());
        }
        double[] factors = new double[Math.toIntExact(x.size())];
        for (int i = 0; i < factors.length; i++) {
            factors[i] = CounterRandom.uniform(stream, i) < p ? 0 : 1 / (1 - p);
        }
        try (Scope scope = Scope.open()) {
            return scope.keep(ops.binary(BinaryOp.MUL, x, ops.tensor(factors, x.shape(), x.dtype())));
        }
    }
}
