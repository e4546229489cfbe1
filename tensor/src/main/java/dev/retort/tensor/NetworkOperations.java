package dev.retort.tensor;

import dev.retort.tensor.ComposedOperations.Normalized;
import dev.retort.tensor.CoreOperations.Pooled;

/**
 * The operations of layers and losses as methods of a {@link Tensor}: {@code x.conv2d(weight, Conv2dSpec.of(1, 1)).relu()}. Images are
 * [N, H, W, C]. Losses are elementwise or by row: the mean is the caller's.
 */
public abstract sealed class NetworkOperations permits TensorOperations {
    private final Tensor self = (Tensor) this;

    NetworkOperations() {}

    private ComposedOperations ops(Tensor... others) {
        Tensor[] operands = new Tensor[others.length + 1];
        operands[0] = self;
        System.arraycopy(others, 0, operands, 1, others.length);
        return Backend.of(operands);
    }

    // Layers

    /** x w^T, with w [out, in]. */
    public final Tensor linear(Tensor weight) {
        return ops(weight).linear(self, weight, null);
    }

    /** x w^T + bias, with w [out, in] and bias [out]. */
    public final Tensor linear(Tensor weight, Tensor bias) {
        return ops(weight, bias).linear(self, weight, bias);
    }

    /** Convolution with a weight [Cout, kH, kW, Cin/groups]. See {@link Backend#conv2d}. */
    public final Tensor conv2d(Tensor weight, Conv2dSpec spec) {
        return ops(weight).conv2d(self, weight, spec);
    }

    /** Convolution with a bias [Cout]. */
    public final Tensor conv2d(Tensor weight, Tensor bias, Conv2dSpec spec) {
        return ops(weight, bias).convolution(self, weight, bias, null, spec, false);
    }

    /** The largest element of each window, and where it was. See {@link Backend#maxPool2d}. */
    public final Pooled maxPool2d(Pool2dSpec spec) {
        return ops().maxPool2d(self, spec);
    }

    /** The mean of each window. See {@link Backend#avgPool2d}. */
    public final Tensor avgPool2d(Pool2dSpec spec, boolean countPadding) {
        return ops().avgPool2d(self, spec, countPadding);
    }

    /** Nearest neighbor. See {@link Backend#resizeNearest}. */
    public final Tensor resizeNearest(int height, int width) {
        return ops().resizeNearest(self, height, width);
    }

    /** Bilinear interpolation. See {@link Backend#resizeBilinear}. */
    public final Tensor resizeBilinear(int height, int width) {
        return ops().resizeBilinear(self, height, width);
    }

    /** Scaled dot-product attention of this tensor's queries. See {@link Backend#attention(Tensor, Tensor, Tensor, Tensor)}. */
    public final Tensor attention(Tensor keys, Tensor values) {
        return ops(keys, values).attention(self, keys, values, null);
    }

    /** Attention in which a mask, BOOL or of this tensor's dtype, says which keys take part. */
    public final Tensor attention(Tensor keys, Tensor values, Tensor mask) {
        return ops(keys, values, mask).attention(self, keys, values, mask);
    }

    /** x*sigmoid(x). */
    public final Tensor silu() {
        return ops().silu(self);
    }

    /** x where x > 0, else slope*x. */
    public final Tensor leakyRelu(double slope) {
        return ops().leakyRelu(self, slope);
    }

    // Norms

    /** (x - mean)/sqrt(var + eps) over the last axis. */
    public final Tensor layerNorm(double eps) {
        return ops().layerNorm(self, null, null, eps);
    }

    /** (x - mean)/sqrt(var + eps)*gamma + beta over the last axis. */
    public final Tensor layerNorm(Tensor gamma, Tensor beta, double eps) {
        return ops(gamma, beta).layerNorm(self, gamma, beta, eps);
    }

    /** Group norm of [N, .., C] without scale and shift. */
    public final Tensor groupNorm(int groups, double eps) {
        return ops().groupNorm(self, groups, null, null, eps);
    }

    /** Group norm of [N, .., C]. See {@link Backend#groupNorm}. */
    public final Tensor groupNorm(int groups, Tensor gamma, Tensor beta, double eps) {
        return ops(gamma, beta).groupNorm(self, groups, gamma, beta, eps);
    }

    /** Batch norm in training, without scale and shift. */
    public final Normalized batchNorm(double eps) {
        return ops().batchNorm(self, null, null, eps);
    }

    /** Batch norm in training. See {@link Backend#batchNorm}. */
    public final Normalized batchNorm(Tensor gamma, Tensor beta, double eps) {
        return ops(gamma, beta).batchNorm(self, gamma, beta, eps);
    }

    // Losses

    /** Sigmoid focal loss of logits. See {@link Backend#sigmoidFocalLoss}. */
    public final Tensor sigmoidFocalLoss(Tensor targets, double alpha, double gamma) {
        return ops(targets).sigmoidFocalLoss(self, targets, alpha, gamma);
    }

    /** Binary cross entropy of logits, with targets in [0, 1]. */
    public final Tensor bceWithLogits(Tensor targets) {
        return ops(targets).bceWithLogits(self, targets);
    }

    /** |x - targets|. */
    public final Tensor l1(Tensor targets) {
        return ops(targets).l1(self, targets);
    }

    /** d^2/(2 beta) where d = |x - targets| is below beta, else d - beta/2. */
    public final Tensor smoothL1(Tensor targets, double beta) {
        return ops(targets).smoothL1(self, targets, beta);
    }

    /** (x - targets)^2. */
    public final Tensor mse(Tensor targets) {
        return ops(targets).mse(self, targets);
    }

    /** Generalized IoU loss of pairs of boxes [..., 4]. See {@link Backend#giou}. */
    public final Tensor giou(Tensor boxes) {
        return ops(boxes).giou(self, boxes);
    }

    /** Summands of KL(p || q), this tensor being ln q. See {@link Backend#klDivergence}. */
    public final Tensor klDivergence(Tensor p) {
        return ops(p).klDivergence(self, p);
    }

    /** Cross entropy of the softmax of logits [..., C], by row; targets of -100 are ignored. */
    public final Tensor crossEntropy(Tensor targets) {
        return ops(targets).crossEntropy(self, targets);
    }

    /** Cross entropy with label smoothing. See {@link Backend#crossEntropy(Tensor, Tensor, long, double)}. */
    public final Tensor crossEntropy(Tensor targets, long ignored, double smoothing) {
        return ops(targets).crossEntropy(self, targets, ignored, smoothing);
    }
}
