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
            int[] rows = allButLast(x.shape());
            return new NormGradient(
                    scope.keep(gradient),
                    scope.keep(sum(ops, mul(ops, g, normal), rows)),
                    scope.keep(sum(ops, g, rows)));
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
                    scope.keep(gradient),
                    scope.keep(sum(ops, mul(ops, g, normal), rows)),
                    scope.keep(sum(ops, g, rows)));
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

    private static Tensor sum(ComposedOperations ops, Tensor x, int[] axes) {
        return ops.reduce(ReduceOp.SUM, x, axes, false);
    }
}
