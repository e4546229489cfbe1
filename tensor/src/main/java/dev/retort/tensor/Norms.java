package dev.retort.tensor;

import dev.retort.tensor.ComposedOperations.NormGradient;
import dev.retort.tensor.ComposedOperations.Normalized;

/** Defaults of the normalisations: the textbook formulas in core operations. */
final class Norms {
    private static final int[] LAST = {-1};

    private Norms() {}

    static Tensor layerNorm(ComposedOperations ops, Tensor x, Tensor gamma, Tensor beta, double eps) {
        try (Scope scope = Scope.open()) {
            Tensor centred = sub(ops, x, mean(ops, x, LAST, true));
            Tensor y = mul(ops, centred, inverseDeviation(ops, mean(ops, square(ops, centred), LAST, true), eps));
            return scope.keep(affine(ops, y, gamma, beta));
        }
    }

    static NormGradient layerNormGradient(ComposedOperations ops, Tensor x, Tensor gamma, double eps, Tensor g) {
        try (Scope scope = Scope.open()) {
            Tensor centred = sub(ops, x, mean(ops, x, LAST, true));
            Tensor inverse = inverseDeviation(ops, mean(ops, square(ops, centred), LAST, true), eps);
            Tensor normal = mul(ops, centred, inverse);
            Tensor scaled = gamma == null ? g : mul(ops, g, gamma);
            Tensor gradient = mul(ops, inverse, project(ops, scaled, normal, LAST));
            if (gamma == null) {
                return new NormGradient(scope.keep(gradient), null, null);
            }
            return new NormGradient(
                    scope.keep(gradient), scope.keep(sumRows(ops, mul(ops, g, normal))), scope.keep(sumRows(ops, g)));
        }
    }

    static Normalized batchNorm(ComposedOperations ops, Tensor x, Tensor gamma, Tensor beta, double eps) {
        int[] rows = allButLast(x.shape());
        try (Scope scope = Scope.open()) {
            Tensor mean = mean(ops, x, rows, false);
            Tensor centred = sub(ops, x, mean);
            Tensor variance = mean(ops, square(ops, centred), rows, false);
            Tensor y = affine(ops, mul(ops, centred, inverseDeviation(ops, variance, eps)), gamma, beta);
            return new Normalized(scope.keep(y), scope.keep(mean), scope.keep(variance));
        }
    }

    static NormGradient batchNormGradient(
            ComposedOperations ops, Tensor x, Tensor gamma, Tensor mean, Tensor variance, double eps, Tensor g) {
        int[] rows = allButLast(x.shape());
        try (Scope scope = Scope.open()) {
            Tensor inverse = inverseDeviation(ops, variance, eps);
            Tensor normal = mul(ops, sub(ops, x, mean), inverse);
            Tensor gradient = mul(ops, mul(ops, inverse, gamma), project(ops, g, normal, rows));
            return new NormGradient(
                    scope.keep(gradient), scope.keep(sumRows(ops, mul(ops, g, normal))), scope.keep(sumRows(ops, g)));
        }
    }

    /** g - mean(g) - normal*mean(g*normal): what is left of g once mean and variance may move too. */
    private static Tensor project(ComposedOperations ops, Tensor g, Tensor normal, int[] axes) {
        Tensor along = mul(ops, normal, mean(ops, mul(ops, g, normal), axes, true));
        return sub(ops, sub(ops, g, mean(ops, g, axes, true)), along);
    }

    private static Tensor inverseDeviation(ComposedOperations ops, Tensor variance, double eps) {
        Tensor shift = ops.full(Shape.SCALAR, variance.dtype(), eps);
        return ops.unary(UnaryOp.RSQRT, ops.binary(BinaryOp.ADD, variance, shift));
    }

    private static Tensor affine(ComposedOperations ops, Tensor y, Tensor gamma, Tensor beta) {
        Tensor scaled = gamma == null ? y : mul(ops, y, gamma);
        return beta == null ? scaled : ops.binary(BinaryOp.ADD, scaled, beta);
    }

    private static int[] allButLast(Shape shape) {
        if (shape.rank() < 2) {
            throw new ShapeException("A batch norm takes [..., C] with at least one axis before C, got " + shape);
        }
        int[] axes = new int[shape.rank() - 1];
        for (int i = 0; i < axes.length; i++) {
            axes[i] = i;
        }
        return axes;
    }

    private static Tensor mul(ComposedOperations ops, Tensor a, Tensor b) {
        return ops.binary(BinaryOp.MUL, a, b);
    }

    private static Tensor sub(ComposedOperations ops, Tensor a, Tensor b) {
        return ops.binary(BinaryOp.SUB, a, b);
    }

    private static Tensor square(ComposedOperations ops, Tensor x) {
        return ops.unary(UnaryOp.SQUARE, x);
    }

    private static Tensor mean(ComposedOperations ops, Tensor x, int[] axes, boolean keepDims) {
        return ops.reduce(ReduceOp.MEAN, x, axes, keepDims);
    }

    /** The sum over all axes but the last, of which there may be none. */
    private static Tensor sumRows(ComposedOperations ops, Tensor x) {
        int channels = x.dim(-1);
        int rows = Math.toIntExact(channels == 0 ? 0 : x.size() / channels);
        return ops.reduce(ReduceOp.SUM, ops.reshape(x, Shape.of(rows, channels)), new int[] {0}, false);
    }
}
