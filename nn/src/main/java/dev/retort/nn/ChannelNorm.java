package dev.retort.nn;

import static dev.retort.nn.init.Initializers.ones;
import static dev.retort.nn.init.Initializers.zeros;

import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;

/**
 * A normalization of each channel of [N, H, W, C] that, while its statistics are fixed, is y = x*scale + shift with
 * scale = gamma/sqrt(var + eps) and shift = beta - mean*scale; a convolution in front of it folds both into its weight and
 * bias. Entries are named weight (gamma), bias (beta), running_mean and running_var, each [C].
 */
public abstract sealed class ChannelNorm extends Module permits BatchNorm2d, FrozenBatchNorm2d {
    final int channels;
    final double eps;
    private final Derived scale = new Derived();
    private final Derived shift = new Derived();
    private Tensor mean;
    private Tensor variance;

    ChannelNorm(BuildContext context, int channels, double eps) {
        super(context);
        this.channels = channels;
        this.eps = eps;
    }

    /** Registers the running statistics, after gamma and beta: the order of names in PyTorch. */
    final void registerStatistics() {
        mean = buffer("running_mean", Shape.of(channels), zeros());
        variance = buffer("running_var", Shape.of(channels), ones());
    }

    abstract Tensor gamma();

    abstract Tensor beta();

    final Tensor runningMean() {
        return mean;
    }

    final Tensor runningVariance() {
        return variance;
    }

    /** Whether the statistics are fixed now, so that the norm is only a scale and a shift. */
    public abstract boolean isFixed();

    /** Normalizes x by the statistics of the batch; called only while these are not fixed. */
    abstract Tensor normalize(Tensor x);

    /** gamma/sqrt(var + eps), [C]; a member of the current scope. */
    final Tensor scale() {
        Tensor gamma = gamma();
        return scale.get(() -> gamma.div(variance.add(eps).sqrt()), gamma, variance);
    }

    /** beta - mean*scale, [C]; a member of the current scope. */
    final Tensor shift() {
        Tensor beta = beta();
        return shift.get(() -> beta.sub(mean.mul(scale())), gamma(), beta, mean, variance);
    }

    /** A convolution's weight [C, kH, kW, in] times the scale, kept in {@code folded} while nothing changes. */
    final Tensor fold(Tensor weight, Derived folded) {
        return folded.get(() -> weight.mul(scale().reshape(channels, 1, 1, 1)), weight, gamma(), variance);
    }

    /**
     * Normalizes x [N, H, W, C].
     *
     * @throws ShapeException if the last axis is not C
     */
    public final Tensor forward(Tensor x) {
        if (x.shape().rank() != 4 || x.dim(-1) != channels) {
            throw new ShapeException(
                    "A norm over " + channels + " channels takes [N, H, W, " + channels + "], got " + x.shape());
        }
        try (Scope scope = Scope.open()) {
            return scope.keep(isFixed() ? x.mul(scale()).add(shift()) : normalize(x));
        }
    }

    @Override
    public void close() {
        scale.close();
        shift.close();
        super.close();
    }
}
