package dev.retort.tensor;

/** Defaults of the elementwise losses: the formulas in core operations. */
final class Losses {
    private Losses() {}

    static Tensor focal(ComposedOperations ops, Tensor x, Tensor t, double alpha, double gamma) {
        try (Scope scope = Scope.open()) {
            Tensor loss = mul(ops, modulator(ops, x, t, gamma), ops.bceWithLogits(x, t));
            return scope.keep(alpha < 0 ? loss : mul(ops, loss, weight(ops, t, alpha)));
        }
    }

    /**
     * With m = 1 - p_t: d BCE/dx = p - t and d m/dx = (1 - 2t) p(1 - p), so
     * d loss/dx = a_t*(m^gamma*(p - t) + gamma*m^(gamma - 1)*(1 - 2t) p(1 - p)*BCE).
     */
    static Tensor focalGradient(ComposedOperations ops, Tensor x, Tensor t, double alpha, double gamma, Tensor g) {
        try (Scope scope = Scope.open()) {
            Tensor p = ops.unary(UnaryOp.SIGMOID, x);
            Tensor gradient = mul(ops, modulator(ops, x, t, gamma), ops.binary(BinaryOp.SUB, p, t));
            if (gamma != 0) {
                Tensor spread = mul(ops, p, affine(ops, p, -1, 1));
                Tensor slope = mul(ops, mul(ops, affine(ops, t, -2, 1), spread), ops.bceWithLogits(x, t));
                Tensor power = affine(ops, modulator(ops, x, t, gamma - 1), gamma, 0);
                gradient = ops.binary(BinaryOp.ADD, gradient, mul(ops, power, slope));
            }
            if (alpha >= 0) {
                gradient = mul(ops, gradient, weight(ops, t, alpha));
            }
            return scope.keep(mul(ops, gradient, g));
        }
    }

    static Tensor smoothL1(ComposedOperations ops, Tensor x, Tensor t, double beta) {
        if (!(beta >= 0)) {
            throw new ShapeException("smoothL1 takes beta >= 0, got " + beta);
        }
        try (Scope scope = Scope.open()) {
            Tensor distance = ops.unary(UnaryOp.ABS, ops.binary(BinaryOp.SUB, x, t));
            if (beta == 0) {
                return scope.keep(distance);
            }
            Tensor near = affine(ops, ops.unary(UnaryOp.SQUARE, distance), 0.5 / beta, 0);
            Tensor far = affine(ops, distance, 1, -beta / 2);
            Tensor limit = ops.full(Shape.SCALAR, x.dtype(), beta);
            return scope.keep(ops.where(ops.compare(CompareOp.LT, distance, limit), near, far));
        }
    }

    /** (1 - p_t)^gamma, with 1 - p_t = p + t - 2pt. */
    private static Tensor modulator(ComposedOperations ops, Tensor x, Tensor t, double gamma) {
        Tensor p = ops.unary(UnaryOp.SIGMOID, x);
        Tensor miss = ops.binary(BinaryOp.ADD, mul(ops, p, affine(ops, t, -2, 1)), t);
        return gamma == 2
                ? ops.unary(UnaryOp.SQUARE, miss)
                : ops.binary(BinaryOp.POW, miss, ops.full(Shape.SCALAR, x.dtype(), gamma));
    }

    private static Tensor weight(ComposedOperations ops, Tensor t, double alpha) {
        return affine(ops, t, 2 * alpha - 1, 1 - alpha);
    }

    private static Tensor affine(ComposedOperations ops, Tensor x, double factor, double shift) {
        Tensor scaled = factor == 1 ? x : mul(ops, x, ops.full(Shape.SCALAR, x.dtype(), factor));
        return shift == 0 ? scaled : ops.binary(BinaryOp.ADD, scaled, ops.full(Shape.SCALAR, x.dtype(), shift));
    }

    private static Tensor mul(ComposedOperations ops, Tensor a, Tensor b) {
        return ops.binary(BinaryOp.MUL, a, b);
    }
}
