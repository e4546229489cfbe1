package dev.retort.tensor;

import dev.retort.tensor.ComposedOperations.NormGradient;
import dev.retort.tensor.ComposedOperations.Normalized;

/** Defaults of the normalizations: the textbook formulas in core operations. */
final class Norms {
    private static final int[] LAST = {-1};
    private static final int[] POSITIONS = {1};

    private Norms() {}

    /** x less its largest element along {@code axis}; x itself where there is none, as nothing has no maximum. */
    static Tensor shift(CoreOperations ops, Tensor x, int axis) {
        int along = x.axis(axis);
        return x.size() == 0 ? x : ops.binary(BinaryOp.SUB, x, ops.reduce(ReduceOp.MAX, x, new int[] {along}, true));
    }

    static Tensor layerNorm(ComposedOperations ops, Tensor x, Tensor gamma, Tensor beta, double eps) {
        checkVectors("layerNorm", x, gamma, beta);
        try (Scope scope = Scope.open()) {
            Formula f = new Formula(ops);
            Tensor centered = f.sub(x, f.mean(x, LAST, true));
            Tensor y = f.mul(centered, inverseDeviation(f, f.mean(f.square(centered), LAST, true), eps));
            return scope.keep(affine(f, y, gamma, beta));
        }
    }

    static NormGradient layerNormGradient(ComposedOperations ops, Tensor x, Tensor gamma, double eps, Tensor g) {
        checkVectors("layerNormGradient", x, gamma);
        checkGradient("layerNormGradient", x, g);
        try (Scope scope = Scope.open()) {
            Formula f = new Formula(ops);
            Tensor centered = f.sub(x, f.mean(x, LAST, true));
            Tensor inverse = inverseDeviation(f, f.mean(f.square(centered), LAST, true), eps);
            Tensor normal = f.mul(centered, inverse);
            Tensor scaled = gamma == null ? g : f.mul(g, gamma);
            return gradient(scope, f, f.mul(inverse, project(f, scaled, normal, LAST)), gamma, normal, g);
        }
    }

    static Tensor groupNorm(ComposedOperations ops, Tensor x, int groups, Tensor gamma, Tensor beta, double eps) {
        int[] extents = x.shape().toArray();
        int channels = x.dim(-1);
        if (extents.length < 2 || groups < 1 || channels % groups != 0) {
            throw new ShapeException(
                    "groupNorm takes [N, .., C] with C a multiple of the groups, got " + x.shape() + " and " + groups,
                    x);
        }
        checkVectors("groupNorm", x, gamma, beta);
        int images = extents[0];
        int positions = 1;
        for (int i = 1; i < extents.length - 1; i++) {
            positions *= extents[i];
        }
        Shape byChannel = Shape.of(images, 1, channels);
        Shape byGroup = Shape.of(images, groups, channels / groups);
        try (Scope scope = Scope.open()) {
            Formula f = new Formula(ops);
            Tensor rows = ops.reshape(x, Shape.of(images, positions, channels));
            Tensor centered =
                    f.sub(rows, ops.reshape(ops.broadcastTo(groupMean(f, rows, byGroup), byGroup), byChannel));
            Tensor inverse = inverseDeviation(f, groupMean(f, f.square(centered), byGroup), eps);
            Tensor scale = gamma == null
                    ? ops.broadcastTo(inverse, byGroup)
                    : f.mul(inverse, ops.reshape(gamma, Shape.of(groups, channels / groups)));
            Tensor y = f.mul(centered, ops.reshape(scale, byChannel));
            return scope.keep(ops.reshape(beta == null ? y : f.add(y, beta), x.shape()));
        }
    }

    /**
     * Means over positions and a group's channels of x [N, P, C]: [N, G, 1]. All channels have equally many positions, so that it is
     * the mean of the channels' means; sums over rows of whole channels are what backends are fast at.
     */
    private static Tensor groupMean(Formula f, Tensor x, Shape byGroup) {
        return f.mean(f.ops().reshape(f.mean(x, POSITIONS, false), byGroup), LAST, true);
    }

    static Normalized batchNorm(ComposedOperations ops, Tensor x, Tensor gamma, Tensor beta, double eps) {
        int[] rows = allButLast(x);
        checkVectors("batchNorm", x, gamma, beta);
        try (Scope scope = Scope.open()) {
            Formula f = new Formula(ops);
            Tensor mean = f.mean(x, rows, false);
            Tensor centered = f.sub(x, mean);
            Tensor variance = f.mean(f.square(centered), rows, false);
            Tensor y = affine(f, f.mul(centered, inverseDeviation(f, variance, eps)), gamma, beta);
            return new Normalized(scope.keep(y), scope.keep(mean), scope.keep(variance));
        }
    }

    static NormGradient batchNormGradient(
            ComposedOperations ops, Tensor x, Tensor gamma, Tensor mean, Tensor variance, double eps, Tensor g) {
        int[] rows = allButLast(x);
        checkVectors("batchNormGradient", x, gamma, mean, variance);
        checkGradient("batchNormGradient", x, g);
        try (Scope scope = Scope.open()) {
            Formula f = new Formula(ops);
            Tensor inverse = inverseDeviation(f, variance, eps);
            Tensor normal = f.mul(f.sub(x, mean), inverse);
            Tensor scale = gamma == null ? inverse : f.mul(inverse, gamma);
            return gradient(scope, f, f.mul(scale, project(f, g, normal, rows)), gamma, normal, g);
        }
    }

    /** The gradient of x with those of gamma and beta, if there is a gamma. */
    private static NormGradient gradient(Scope scope, Formula f, Tensor x, Tensor gamma, Tensor normal, Tensor g) {
        if (gamma == null) {
            return new NormGradient(scope.keep(x), null, null);
        }
        Tensor dGamma = sumRows(f, f.mul(g, normal));
        Tensor dBeta = sumRows(f, g);
        return new NormGradient(scope.keep(x), scope.keep(dGamma), scope.keep(dBeta));
    }

    /** g - mean(g) - normal*mean(g*normal): what is left of g once mean and variance may move too. */
    private static Tensor project(Formula f, Tensor g, Tensor normal, int[] axes) {
        Tensor along = f.mul(normal, f.mean(f.mul(g, normal), axes, true));
        return f.sub(f.sub(g, f.mean(g, axes, true)), along);
    }

    private static Tensor inverseDeviation(Formula f, Tensor variance, double eps) {
        return f.ops().unary(UnaryOp.RSQRT, f.affine(variance, 1, eps));
    }

    private static Tensor affine(Formula f, Tensor y, Tensor gamma, Tensor beta) {
        Tensor scaled = gamma == null ? y : f.mul(y, gamma);
        return beta == null ? scaled : f.add(scaled, beta);
    }

    /** A longer or a shorter vector might broadcast and change the result's shape. */
    private static void checkVectors(String operation, Tensor x, Tensor... vectors) {
        Shape wanted = Shape.of(x.dim(-1));
        for (Tensor vector : vectors) {
            if (vector != null && !vector.shape().equals(wanted)) {
                throw new ShapeException(
                        operation + " of " + x.shape() + " takes vectors " + wanted + " for its channels, got "
                                + vector.shape(),
                        x,
                        vector);
            }
        }
    }

    private static void checkGradient(String operation, Tensor x, Tensor g) {
        if (!g.shape().equals(x.shape())) {
            throw new ShapeException(operation + ": a gradient of shape " + g.shape() + " for " + x.shape(), x, g);
        }
    }

    private static int[] allButLast(Tensor x) {
        Shape shape = x.shape();
        if (shape.rank() < 2) {
            throw new ShapeException("A batch norm takes [..., C] with at least one axis before C, got " + shape, x);
        }
        int[] axes = new int[shape.rank() - 1];
        for (int i = 0; i < axes.length; i++) {
            axes[i] = i;
        }
        return axes;
    }

    /** The sum over all axes but the last, of which there may be none. */
    private static Tensor sumRows(Formula f, Tensor x) {
        int channels = x.dim(-1);
        int rows = Math.toIntExact(channels == 0 ? 0 : x.size() / channels);
        return f.sum(f.ops().reshape(x, Shape.of(rows, channels)), new int[] {0}, false);
    }
}
