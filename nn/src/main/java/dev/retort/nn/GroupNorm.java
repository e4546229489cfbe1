package dev.retort.nn;

import dev.retort.autograd.Parameter;
import dev.retort.nn.init.Initializers;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;

/**
 * Group norm (arXiv 1803.08494) of [N, H, W, C]: mean and biased variance of each image over H, W and the C/G channels of each of
 * G groups, then scale and shift of each channel; the same in training and evaluation. Entries: weight (1) and bias (0), each [C].
 */
public final class GroupNorm extends Module {
    /** G of the paper, detectron2 and AdelaiDet. */
    public static final int GROUPS = 32;

    private final int groups;
    private final int channels;
    private final double eps;
    private final Parameter gamma;
    private final Parameter beta;

    /** 32 groups, eps 1e-5. */
    public GroupNorm(BuildContext context, int channels) {
        this(context, GROUPS, channels, 1e-5);
    }

    /** @throws IllegalArgumentException unless the channels divide into {@code groups} equal groups */
    public GroupNorm(BuildContext context, int groups, int channels, double eps) {
        super(context);
        if (groups < 1 || channels < 1 || channels % groups != 0) {
            throw new IllegalArgumentException(
                    "Group norm divides its channels into equal groups: " + channels + " do not make " + groups);
        }
        this.groups = groups;
        this.channels = channels;
        this.eps = eps;
        gamma = parameter("weight", Shape.of(channels), Initializers.ones());
        beta = parameter("bias", Shape.of(channels), Initializers.zeros());
    }

    /** G. */
    public int groups() {
        return groups;
    }

    /** What is added to the variance. */
    public double eps() {
        return eps;
    }

    /** @throws ShapeException if x is not [N, H, W, C] */
    public Tensor forward(Tensor x) {
        if (x.shape().rank() != 4 || x.dim(-1) != channels) {
            throw new ShapeException(
                    "Group norm over " + channels + " channels takes [N, H, W, " + channels + "], got " + x.shape());
        }
        return Backend.of(x, gamma.value(), beta.value()).groupNorm(x, groups, gamma.value(), beta.value(), eps);
    }
}
