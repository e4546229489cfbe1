package dev.retort.tensor;

/**
 * Operations with a default made from core ones. Their gradients, where a fused one pays, are operations of their own.
 * Intermediates live in a {@link Scope} that the default closes.
 */
public interface ComposedOperations extends CoreOperations {

    // Creation

    default Tensor tensor(float[] values, int... extents) {
        return upload(values, Shape.of(extents), DType.F32);
    }

    default Tensor tensor(double[] values, int... extents) {
        return upload(values, Shape.of(extents), DType.F64);
    }

    default Tensor tensor(int[] values, int... extents) {
        return upload(values, Shape.of(extents), DType.I32);
    }

    default Tensor tensor(long[] values, int... extents) {
        return upload(values, Shape.of(extents), DType.I64);
    }

    default Tensor tensor(boolean[] values, int... extents) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (values[i] ? 1 : 0);
        }
        return upload(bytes, Shape.of(extents), DType.BOOL);
    }

    /** Doubles rounded to {@code dtype}, F32 or F64. */
    default Tensor tensor(double[] values, Shape shape, DType dtype) {
        if (dtype == DType.F64) {
            return upload(values, shape, dtype);
        }
        float[] narrow = new float[values.length];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = (float) values[i];
        }
        return upload(narrow, shape, dtype);
    }

    default Tensor zeros(Shape shape, DType dtype) {
        return full(shape, dtype, 0);
    }

    // Linear algebra

    /**
     * op(a) op(b) over the last two axes, where op transposes if asked; leading axes broadcast.
     *
     * @param a [..., m, k], or [..., k, m] when transposed
     * @param b [..., k, n], or [..., n, k] when transposed
     * @return [..., m, n]
     */
    default Tensor matmul(Tensor a, Tensor b, boolean transposeA, boolean transposeB) {
        return Matmul.apply(this, a, b, transposeA, transposeB);
    }

    /**
     * x w^T + bias, as PyTorch's linear.
     *
     * @param x [..., in]
     * @param weight [out, in]
     * @param bias [out], or null
     */
    default Tensor linear(Tensor x, Tensor weight, Tensor bias) {
        Matmul.checkLinear(x, weight, bias);
        try (Scope scope = Scope.open()) {
            int in = weight.dim(1);
            int rows = Math.toIntExact(in == 0 ? x.size() : x.size() / in);
            Shape shape = x.shape().with(-1, weight.dim(0));
            Tensor y = gemm(x, weight, GemmSpec.dense(rows, weight.dim(0), in, false, true), shape);
            return scope.keep(bias == null ? y : binary(BinaryOp.ADD, y, bias));
        }
    }

    // Convolution

    /**
     * conv2d, plus bias, then ReLU if asked: one pass over the output where a backend fuses it.
     *
     * @param bias [Cout], or null
     */
    default Tensor convolution(Tensor x, Tensor weight, Tensor bias, Conv2dSpec spec, boolean relu) {
        try (Scope scope = Scope.open()) {
            Tensor y = conv2d(x, weight, spec);
            if (bias != null) {
                y = binary(BinaryOp.ADD, y, bias);
            }
            return scope.keep(relu ? unary(UnaryOp.RELU, y) : y);
        }
    }

    /** Gradient of ReLU from its output: g where y > 0, else 0. */
    default Tensor reluGradient(Tensor y, Tensor g) {
        try (Scope scope = Scope.open()) {
            Tensor zero = full(Shape.SCALAR, y.dtype(), 0);
            return scope.keep(where(compare(CompareOp.GT, y, zero), g, zero));
        }
    }

    // Normalisation

    /** e^x / sum e^x along {@code axis}, shifted by the largest element. */
    default Tensor softmax(Tensor x, int axis) {
        try (Scope scope = Scope.open()) {
            int[] axes = {axis};
            Tensor e = unary(UnaryOp.EXP, binary(BinaryOp.SUB, x, reduce(ReduceOp.MAX, x, axes, true)));
            return scope.keep(binary(BinaryOp.DIV, e, reduce(ReduceOp.SUM, e, axes, true)));
        }
    }

    /** Gradient of softmax from its output: y*(g - sum(g*y)). */
    default Tensor softmaxGradient(Tensor y, Tensor g, int axis) {
        try (Scope scope = Scope.open()) {
            Tensor dot = reduce(ReduceOp.SUM, binary(BinaryOp.MUL, g, y), new int[] {axis}, true);
            return scope.keep(binary(BinaryOp.MUL, y, binary(BinaryOp.SUB, g, dot)));
        }
    }

    /** x - max - ln sum e^(x - max) along {@code axis}. */
    default Tensor logSoftmax(Tensor x, int axis) {
        try (Scope scope = Scope.open()) {
            int[] axes = {axis};
            Tensor shifted = binary(BinaryOp.SUB, x, reduce(ReduceOp.MAX, x, axes, true));
            Tensor sum = reduce(ReduceOp.SUM, unary(UnaryOp.EXP, shifted), axes, true);
            return scope.keep(binary(BinaryOp.SUB, shifted, unary(UnaryOp.LOG, sum)));
        }
    }

    /** A value with the gradients of a normalisation's input, scale and shift; the latter two null without affine. */
    record NormGradient(Tensor x, Tensor gamma, Tensor beta) {}

    /**
     * (x - mean)/sqrt(var + eps)*gamma + beta over the last axis, var biased.
     *
     * @param gamma [C], or null
     * @param beta [C], or null
     */
    default Tensor layerNorm(Tensor x, Tensor gamma, Tensor beta, double eps) {
        return Norms.layerNorm(this, x, gamma, beta, eps);
    }

    /** Gradients of {@link #layerNorm}; those of gamma and beta are null if gamma is. */
    default NormGradient layerNormGradient(Tensor x, Tensor gamma, double eps, Tensor g) {
        return Norms.layerNormGradient(this, x, gamma, eps, g);
    }

    /** A batch norm's output with the statistics of the batch, [C] each; the variance is biased. */
    record Normalized(Tensor y, Tensor mean, Tensor variance) {}

    /** Batch norm in training: statistics over all axes but the last, of x [..., C]. */
    default Normalized batchNorm(Tensor x, Tensor gamma, Tensor beta, double eps) {
        return Norms.batchNorm(this, x, gamma, beta, eps);
    }

    /** Gradients of {@link #batchNorm}'s y. */
    default NormGradient batchNormGradient(Tensor x, Tensor gamma, Tensor mean, Tensor variance, double eps, Tensor g) {
        return Norms.batchNormGradient(this, x, gamma, mean, variance, eps, g);
    }

    // Losses, elementwise

    /**
     * Sigmoid focal loss (arXiv 1708.02002, eq. 5), elementwise: with p = sigmoid(x), p_t = p*t + (1 - p)(1 - t),
     * {@code a_t*(1 - p_t)^gamma*BCE(x, t)}, a_t = alpha*t + (1 - alpha)(1 - t); a negative alpha leaves a_t out.
     *
     * @param targets in [0, 1], of x's shape; a constant
     */
    default Tensor sigmoidFocalLoss(Tensor x, Tensor targets, double alpha, double gamma) {
        return Losses.focal(this, x, targets, alpha, gamma);
    }

    /** Gradient of {@link #sigmoidFocalLoss} for x. */
    default Tensor sigmoidFocalLossGradient(Tensor x, Tensor targets, double alpha, double gamma, Tensor g) {
        return Losses.focalGradient(this, x, targets, alpha, gamma, g);
    }

    /** Binary cross entropy on logits, elementwise: softplus(x) - x*t. */
    default Tensor bceWithLogits(Tensor x, Tensor targets) {
        try (Scope scope = Scope.open()) {
            return scope.keep(binary(BinaryOp.SUB, unary(UnaryOp.SOFTPLUS, x), binary(BinaryOp.MUL, x, targets)));
        }
    }

    /** Smooth L1, elementwise: d^2/(2 beta) where |d| < beta, else |d| - beta/2; beta 0 is L1. */
    default Tensor smoothL1(Tensor x, Tensor targets, double beta) {
        return Losses.smoothL1(this, x, targets, beta);
    }

    // Optimisers, in place

    /**
     * One step of SGD as PyTorch's: d = gradient + weightDecay*value; buffer = momentum*buffer + d (d itself at the first
     * step, when the buffer is zero); value -= rate*buffer.
     */
    default void sgdStep(
            Tensor value, Tensor gradient, Tensor buffer, double rate, double momentum, double weightDecay) {
        OptimizerSteps.sgd(this, value, gradient, buffer, rate, momentum, weightDecay);
    }

    /** One step of AdamW (arXiv 1711.05101, algorithm 2, as PyTorch's); {@code step} counts from 1. */
    default void adamwStep(
            Tensor value, Tensor gradient, Tensor average, Tensor squareAverage, int step, AdamWSettings settings) {
        OptimizerSteps.adamw(this, value, gradient, average, squareAverage, step, settings);
    }

    /** @param rate learning rate of this step, schedule included */
    record AdamWSettings(double rate, double beta1, double beta2, double eps, double weightDecay) {}
}
