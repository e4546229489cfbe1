package dev.retort.nn;

import static dev.retort.nn.init.Initializers.ones;
import static dev.retort.nn.init.Initializers.zeros;

import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;

/** Batch norm whose statistics and affine values are constants, as detectron2's FrozenBatchNorm2d: four buffers [C]. */
public final class FrozenBatchNorm2d extends ChannelNorm {
    private final Tensor gamma;
    private final Tensor beta;

    /** With eps 1e-5. Until weights are loaded gamma and variance are 1, beta and mean 0. */
    public FrozenBatchNorm2d(BuildContext context, int channels) {
        this(context, channels, 1e-5);
    }

    public FrozenBatchNorm2d(BuildContext context, int channels, double eps) {
        super(context, channels, eps);
        gamma = buffer("weight", Shape.of(channels), ones());
        beta = buffer("bias", Shape.of(channels), zeros());
        registerStatistics();
    }

    @Override
    Tensor gamma() {
        return gamma;
    }

    @Override
    Tensor beta() {
        return beta;
    }

    @Override
    public boolean isFixed() {
        return true;
    }

    @Override
    Tensor normalize(Tensor x) {
        throw new AssertionError("the statistics of a frozen batch norm are always fixed");
    }
}
