package dev.retort.tensor;

/**
 * Shorthand in which the defaults of composed operations are written: arithmetic of tensors, and of a tensor with a number,
 * which becomes a scalar of the tensor's dtype. Results belong to the caller's scope.
 *
 * @param ops what computes
 */
record Formula(CoreOperations ops) {
    Tensor add(Tensor a, Tensor b) {
        return ops.binary(BinaryOp.ADD, a, b);
    }

    Tensor sub(Tensor a, Tensor b) {
        return ops.binary(BinaryOp.SUB, a, b);
    }

    Tensor mul(Tensor a, Tensor b) {
        return ops.binary(BinaryOp.MUL, a, b);
    }

    Tensor div(Tensor a, Tensor b) {
        return ops.binary(BinaryOp.DIV, a, b);
    }

    Tensor min(Tensor a, Tensor b) {
        return ops.binary(BinaryOp.MIN, a, b);
    }

    Tensor max(Tensor a, Tensor b) {
        return ops.binary(BinaryOp.MAX, a, b);
    }

    Tensor mul(Tensor a, double factor) {
        return factor == 1 ? a : mul(a, number(a, factor));
    }

    Tensor div(Tensor a, double divisor) {
        return div(a, number(a, divisor));
    }

    /** factor*a + shift. */
    Tensor affine(Tensor a, double factor, double shift) {
        Tensor scaled = mul(a, factor);
        return shift == 0 ? scaled : add(scaled, number(a, shift));
    }

    Tensor abs(Tensor a) {
        return ops.unary(UnaryOp.ABS, a);
    }

    Tensor square(Tensor a) {
        return ops.unary(UnaryOp.SQUARE, a);
    }

    Tensor neg(Tensor a) {
        return ops.unary(UnaryOp.NEG, a);
    }

    Tensor sum(Tensor a, int[] axes, boolean keepDims) {
        return ops.reduce(ReduceOp.SUM, a, axes, keepDims);
    }

    Tensor mean(Tensor a, int[] axes, boolean keepDims) {
        return ops.reduce(ReduceOp.MEAN, a, axes, keepDims);
    }

    /** BOOL: where a is {@code value}. */
    Tensor equal(Tensor a, double value) {
        return ops.compare(CompareOp.EQ, a, number(a, value));
    }

    /** {@code value} where the condition holds, a elsewhere. */
    Tensor replace(Tensor a, Tensor condition, double value) {
        return ops.where(condition, number(a, value), a);
    }

    /** A scalar of the dtype of {@code like}. */
    Tensor number(Tensor like, double value) {
        return ops.full(Shape.SCALAR, like.dtype(), value);
    }
}
