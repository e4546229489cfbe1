package dev.retort.nn;

import static dev.retort.nn.init.Initializers.ones;
import static dev.retort.nn.init.Initializers.zeros;

import dev.retort.autograd.Parameter;
import dev.retort.tensor.Backend;
import dev.retort.tensor.ComposedOperations.Normalized;
import dev.retort.tensor.Origin;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;

/**
 * Batch norm (arXiv 1502.03167) over N, H and W of [N, H, W, C]. In training it normalizes by the batch's mean and biased
 * variance, and moves running_mean and running_var (unbiased) towards the batch's by {@code momentum}; in evaluation, and
 * once frozen, it uses the running ones. A checkpointed block that is computed again for its gradient does not move them a
 * second time.
 */
public sealed class BatchNorm2d extends ChannelNorm permits SyncBatchNorm2d {
    private final double momentum;
    private final Parameter gamma;
    private final Parameter beta;
    private boolean frozen;

    /** With PyTorch's usual eps 1e-5 and momentum 0.1. */
    public BatchNorm2d(BuildContext context, int channels) {
        this(context, channels, 1e-5, 0.1);
    }

    /** @param momentum share of the batch in the new running statistics */
    public BatchNorm2d(BuildContext context, int channels, double eps, double momentum) {
        super(context, channels, eps);
        this.momentum = momentum;
        gamma = parameter("weight", Shape.of(channels), ones());
        beta = parameter("bias", Shape.of(channels), zeros());
        registerStatistics();
    }

    @Override
    final Tensor gamma() {
        return gamma.value();
    }

    @Override
    final Tensor beta() {
        return beta.value();
    }

    @Override
    public final boolean isFixed() {
        return frozen || !isTraining();
    }

    @Override
    public final void freeze() {
        super.freeze();
        frozen = true;
    }

    @Override
    Tensor normalize(Tensor x) {
        long count = x.size() / channels;
        requireTwo(count, x);
        Normalized batch = Backend.of(x, gamma(), beta()).batchNorm(x, gamma(), beta(), eps);
        follow(batch.mean(), batch.variance(), count);
        return batch.y();
    }

    /** @param count values of a channel that the statistics are of */
    static void requireTwo(long count, Tensor x) {
        if (count < 2) {
            throw new ShapeException("Batch norm in training needs two or more values a channel, got " + x.shape()
                    + "; use a larger batch or evaluation mode");
        }
    }

    /** Moves the running statistics towards these, unless a checkpointed block is computed again. */
    final void follow(Tensor mean, Tensor variance, long count) {
        if (!Scope.isRepeating()) {
            try (Scope scope = Scope.open(Origin.here())) {
                move(runningMean(), mean, 1);
                move(runningVariance(), variance, count / (count - 1.0));
            }
        }
    }

    /** running = (1 - momentum)*running + momentum*factor*batch, beneath every tape. */
    private void move(Tensor running, Tensor batch, double factor) {
        Backend root = running.backend();
        try (Scope scope = Scope.open()) {
            Tensor detached = batch.detach();
            root.assign(running, running.mul(1 - momentum));
            root.axpy(running, momentum * factor, detached);
            detached.close();
        }
    }
}
