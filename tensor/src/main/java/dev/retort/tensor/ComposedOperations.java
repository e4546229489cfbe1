package dev.retort.tensor;

/**
 * Operations with a default made from core ones: those of a network's layers and losses; {@link ArrayOperations} has the others.
 * Their gradients, where a fused one pays, are operations of their own. Intermediates live in a {@link Scope} that the default
 * closes.
 */
public interface ComposedOperations extends ArrayOperations {

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
     * conv2d, plus bias, plus addend, then ReLU if asked: one pass over the output where a backend fuses it.
     *
     * @param bias [Cout], or null
     * @param addend of the output's shape, for example the other branch of a residual block; or null
     */
    default Tensor convolution(Tensor x, Tensor weight, Tensor bias, Tensor addend, Conv2dSpec spec, boolean relu) {
        try (Scope scope = Scope.open()) {
            Tensor y = conv2d(x, weight, spec);
            if (bias != null) {
                Matmul.checkConvolutionBias(weight, bias);
                y = binary(BinaryOp.ADD, y, bias);
            }
            if (addend != null) {
                Matmul.checkConvolutionAddend(y.shape(), addend, x, weight);
                y = binary(BinaryOp.ADD, y, addend);
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

    // Resampling, NHWC

    /**
     * Mean of each window. Costs kernelH + kernelW passes, not kernelH*kernelW; the mean of a whole image is cheaper as a
     * reduction.
     *
     * @param x [N, H, W, C]
     * @param countPadding whether a window at the border is divided by kernelH*kernelW, padding counted as zeros (PyTorch's default),
     *     or by the number of its elements inside the image
     * @return [N, H', W', C], see {@link Pool2dSpec#outputShape}
     */
    default Tensor avgPool2d(Tensor x, Pool2dSpec spec, boolean countPadding) {
        return Resampling.averagePool(this, x, spec, countPadding);
    }

    /**
     * Bilinear interpolation with half-pixel centers, as PyTorch's with {@code align_corners=False} and without antialiasing: pixel
     * (h, w) of the result is x at ((h + 1/2)*H/height - 1/2, (w + 1/2)*W/width - 1/2), clamped to the image. Separable: two
     * selections and a weighted mean along each axis.
     *
     * @param x [N, H, W, C] with pixels
     * @return [N, height, width, C]
     */
    default Tensor resizeBilinear(Tensor x, int height, int width) {
        return Resampling.resizeBilinear(this, x, height, width);
    }

    // Attention and dropout

    /** {@link #attention(Tensor, Tensor, Tensor, Tensor, double)} with the usual scale, d^-0.5. */
    default Tensor attention(Tensor q, Tensor k, Tensor v, Tensor mask) {
        double width = q.shape().rank() == 0 ? 1 : Math.max(q.dim(-1), 1);
        return attention(q, k, v, mask, 1 / Math.sqrt(width));
    }

    /**
     * Scaled dot-product attention (arXiv 1706.03762, eq. 1): softmax(scale*q k^T + mask) v. Leading axes broadcast.
     *
     * <p>A row whose keys are all masked, or that has none, gives 0, and no gradient.
     *
     * @param q [..., L, d]
     * @param k [..., S, d]
     * @param v [..., S, dv]
     * @param mask null, or BOOL, true where a key <em>takes part</em>, or of q's dtype and then added to the scores, minus infinity
     *     where a key does not take part; broadcasts to [..., L, S]. The conventions are PyTorch's
     * @return [..., L, dv]
     */
    default Tensor attention(Tensor q, Tensor k, Tensor v, Tensor mask, double scale) {
        return Attention.apply(this, q, k, v, mask, scale);
    }

    /**
     * Each element is 0 with probability p, else x/(1 - p) (Srivastava et al., JMLR 15, 2014, inverted). Element i is dropped if draw i
     * of the stream is below p, so every backend drops the same ones. The draws are made on the host.
     *
     * @param p in [0, 1); 0 gives x's values, in shared memory
     * @param stream of {@link dev.retort.tensor.random.CounterRandom}: its purpose is DROPOUT, and several layers take different
     *     ones, for example {@code CounterRandom.bits(CounterRandom.stream(seed, Purpose.DROPOUT, iteration), layer)}
     */
    default Tensor dropout(Tensor x, double p, long stream) {
        return Dropout.apply(this, x, p, stream);
    }

    // Activations

    /** x*sigmoid(x), also called swish (arXiv 1606.08415, section 2; arXiv 1710.05941). */
    default Tensor silu(Tensor x) {
        try (Scope scope = Scope.open()) {
            return scope.keep(binary(BinaryOp.MUL, x, unary(UnaryOp.SIGMOID, x)));
        }
    }

    /** x where x > 0, else slope*x. */
    default Tensor leakyRelu(Tensor x, double slope) {
        try (Scope scope = Scope.open()) {
            Formula f = new Formula(this);
            return scope.keep(where(compare(CompareOp.GT, x, f.number(x, 0)), x, f.mul(x, f.number(x, slope))));
        }
    }

    // Normalization

    /** e^x / sum e^x along {@code axis}, shifted by the largest element. */
    default Tensor softmax(Tensor x, int axis) {
        try (Scope scope = Scope.open()) {
            Tensor e = unary(UnaryOp.EXP, Norms.shift(this, x, axis));
            return scope.keep(binary(BinaryOp.DIV, e, reduce(ReduceOp.SUM, e, new int[] {axis}, true)));
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
            Tensor shifted = Norms.shift(this, x, axis);
            Tensor sum = reduce(ReduceOp.SUM, unary(UnaryOp.EXP, shifted), new int[] {axis}, true);
            return scope.keep(binary(BinaryOp.SUB, shifted, unary(UnaryOp.LOG, sum)));
        }
    }

    /** A value with the gradients of a normalization's input, scale and shift; the latter two null without affine. */
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

    /**
     * Group norm (arXiv 1803.08494, eq. 1 and 7): (x - mean)/sqrt(var + eps)*gamma + beta, the statistics, var biased, over each
     * image's positions and the channels of one of {@code groups} equal groups.
     *
     * @param x [N, .., C]
     * @param gamma [C], or null
     * @param beta [C], or null
     */
    default Tensor groupNorm(Tensor x, int groups, Tensor gamma, Tensor beta, double eps) {
        return Norms.groupNorm(this, x, groups, gamma, beta, eps);
    }

    /** A batch norm's output with the statistics of the batch, [C] each; the variance is biased. */
    record Normalized(Tensor y, Tensor mean, Tensor variance) {}

    /**
     * Batch norm in training (arXiv 1502.03167, algorithm 1): statistics over all axes but the last, of x [..., C].
     *
     * @param gamma [C], or null
     * @param beta [C], or null
     */
    default Normalized batchNorm(Tensor x, Tensor gamma, Tensor beta, double eps) {
        return Norms.batchNorm(this, x, gamma, beta, eps);
    }

    /** Gradients of {@link #batchNorm}'s y; those of gamma and beta are null if gamma is. */
    default NormGradient batchNormGradient(Tensor x, Tensor gamma, Tensor mean, Tensor variance, double eps, Tensor g) {
        return Norms.batchNormGradient(this, x, gamma, mean, variance, eps, g);
    }

    // Losses, without reduction

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

    /** Binary cross entropy on logits, elementwise: softplus(x) - x*t, targets in [0, 1]. */
    default Tensor bceWithLogits(Tensor x, Tensor targets) {
        return Losses.bceWithLogits(this, x, targets);
    }

    /** |x - targets|, elementwise. */
    default Tensor l1(Tensor x, Tensor targets) {
        return Losses.smoothL1(this, x, targets, 0);
    }

    /**
     * Smooth L1 (arXiv 1504.08083, eq. 3, with detectron2's beta), elementwise: d^2/(2 beta) where d = |x - targets| is below beta, else
     * d - beta/2; beta 0 is L1.
     */
    default Tensor smoothL1(Tensor x, Tensor targets, double beta) {
        return Losses.smoothL1(this, x, targets, beta);
    }

    /** Squared error, (x - targets)^2, elementwise: the mean is the caller's. */
    default Tensor mse(Tensor x, Tensor targets) {
        return Losses.mse(this, x, targets);
    }

    /**
     * Generalized IoU loss (arXiv 1902.09630, algorithm 1) of pairs of boxes: 1 - IoU + (C - U)/C, where U is the area of the union
     * and C that of the smallest box around both; 1e-7 is added to the divisors. In [0, 2].
     *
     * @param a [..., 4], {@code (x1, y1, x2, y2) with x1 <= x2 and y1 <= y2}
     * @param b of the same shape
     * @return [...]
     */
    default Tensor giou(Tensor a, Tensor b) {
        return Losses.giou(this, a, b);
    }

    /**
     * Summands of the Kullback-Leibler divergence KL(p || q) (Kullback, Leibler, Ann. Math. Stat. 22, 1951), elementwise:
     * p*(ln p - ln q), and 0, with no gradient, where p is 0.
     *
     * @param logQ ln q, for example {@link #logSoftmax} of a student's logits
     * @param p probabilities, for example {@link #softmax} of a teacher's logits
     */
    default Tensor klDivergence(Tensor logQ, Tensor p) {
        return Losses.klDivergence(this, logQ, p);
    }

    /** {@link #crossEntropy(Tensor, Tensor, long, double)} that ignores targets of -100 and does not smooth. */
    default Tensor crossEntropy(Tensor x, Tensor targets) {
        return crossEntropy(x, targets, -100, 0);
    }

    /**
     * Cross entropy of a softmax, by row: with y = {@link #logSoftmax} of the row, -(1 - s)*y[target] - s*mean(y), s the label
     * smoothing (arXiv 1512.00567, section 7); 0, with no gradient, for an ignored target. The mean over the rows is the caller's.
     *
     * @param x logits [..., C]
     * @param targets I32 or I64 [...], in [0, C) or {@code ignored}; another value is an error that names it
     * @param smoothing in [0, 1]
     * @return [...]
     */
    default Tensor crossEntropy(Tensor x, Tensor targets, long ignored, double smoothing) {
        return Losses.crossEntropy(this, x, targets, ignored, smoothing);
    }

    // Optimizers, in place

    /**
     * One step of SGD as PyTorch's: d = gradient + weightDecay*value; buffer = momentum*buffer + d (d itself at the first
     * step, when the buffer is zero); value -= learningRate*buffer.
     */
    default void sgdStep(
            Tensor value, Tensor gradient, Tensor buffer, double learningRate, double momentum, double weightDecay) {
        OptimizerSteps.sgd(this, value, gradient, buffer, learningRate, momentum, weightDecay);
    }

    /** One step of AdamW (arXiv 1711.05101, algorithm 2, as PyTorch's); {@code step} counts from 1. */
    default void adamwStep(
            Tensor value, Tensor gradient, Tensor average, Tensor squareAverage, int step, AdamWSettings settings) {
        OptimizerSteps.adamw(this, value, gradient, average, squareAverage, step, settings);
    }

    /** @param learningRate of this step, schedule included */
    record AdamWSettings(double learningRate, double beta1, double beta2, double eps, double weightDecay) {}
}
