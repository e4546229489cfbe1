package dev.retort.tensor;

/** Defaults of {@link ArrayOperations#variance} and {@link ArrayOperations#norm}. */
final class Statistics {
    private Statistics() {}

    static Tensor variance(CoreOperations ops, Tensor x, int[] axes, int correction, boolean keepDims) {
        if (correction < 0) {
            throw new ShapeException("variance: correction " + correction + " is negative; 0 is biased, 1 unbiased", x);
        }
        long results = Operands.check(() -> x.shape().reduce(axes, false), x).size();
        long count = results == 0 ? 0 : x.size() / results;
        try (Scope scope = Scope.open()) {
            Formula f = new Formula(ops);
            Tensor squares = f.square(f.sub(x, f.mean(x, axes, true)));
            return scope.keep(f.div(f.sum(squares, axes, keepDims), Math.max(count - correction, 0)));
        }
    }

    static Tensor norm(CoreOperations ops, Tensor x, int[] axes, boolean keepDims) {
        try (Scope scope = Scope.open()) {
            Formula f = new Formula(ops);
            Tensor sum = f.sum(f.square(x), axes, keepDims);
            // The root's slope at 0 is infinite: such sums go round it.
            Tensor zero = f.equal(sum, 0);
            Tensor root = ops.unary(UnaryOp.SQRT, f.replace(sum, zero, 1));
            return scope.keep(f.replace(root, zero, 0));
        }
    }
}
