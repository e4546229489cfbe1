package dev.retort.tensor;

/** The default of {@link ComposedOperations#attention}. */
final class Attention {
    private static final int[] LAST = {-1};

    private Attention() {}

    static Tensor apply(ComposedOperations ops, Tensor q, Tensor k, Tensor v, Tensor mask, double scale) {
        check(q, k, v, mask);
        try (Scope scope = Scope.open()) {
            Formula f = new Formula(ops);
            Tensor scores = ops.matmul(f.mul(q, scale), k, false, true);
            if (scores.dim(-1) == 0) {
                // A sum over no keys.
                return scope.keep(ops.matmul(scores, v, false, false));
            }
            if (mask == null) {
                return scope.keep(ops.matmul(ops.softmax(scores, -1), v, false, false));
            }
            Tensor bias = bias(f, q, mask, scores.shape());
            Tensor closed = f.equal(ops.reduce(ReduceOp.MAX, bias, LAST, true), Double.NEGATIVE_INFINITY);
            // A row without keys is computed as if it had all of them, so that no NaN is made, and then left out.
            Tensor weights = ops.softmax(f.add(scores, f.replace(bias, closed, 0)), -1);
            return scope.keep(f.replace(ops.matmul(weights, v, false, false), closed, 0));
        }
    }

    /** What the mask adds to the scores, with at least one axis. */
    private static Tensor bias(Formula f, Tensor q, Tensor mask, Shape scores) {
        if (!Operands.check(() -> Shape.broadcast(mask.shape(), scores), q, mask)
                .equals(scores)) {
            throw new ShapeException(
                    "attention: a mask of shape " + mask.shape() + " does not broadcast to the scores " + scores
                            + ", [..., L, S]",
                    q,
                    mask);
        }
        Tensor bias = mask;
        if (mask.dtype() == DType.BOOL) {
            bias = f.ops().where(mask, f.number(q, 0), f.number(q, Double.NEGATIVE_INFINITY));
        }
        return bias.shape().rank() == 0 ? f.ops().reshape(bias, Shape.of(1)) : bias;
    }

    private static void check(Tensor q, Tensor k, Tensor v, Tensor mask) {
        boolean fits = q.shape().rank() > 1
                && k.shape().rank() > 1
                && v.shape().rank() > 1
                && q.dim(-1) == k.dim(-1)
                && k.dim(-2) == v.dim(-2);
        if (!fits) {
            throw new ShapeException(
                    "attention takes q [..., L, d], k [..., S, d] and v [..., S, dv], got " + q.shape() + ", "
                            + k.shape() + " and " + v.shape(),
                    q,
                    k,
                    v);
        }
        if (mask != null && mask.dtype() != DType.BOOL && mask.dtype() != q.dtype()) {
            throw new ShapeException(
                    "attention: a mask is BOOL or of q's type " + q.dtype() + ", got " + mask.dtype() + " "
                            + mask.shape(),
                    q,
                    mask);
        }
    }
}
