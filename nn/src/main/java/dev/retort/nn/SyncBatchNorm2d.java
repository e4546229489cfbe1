package dev.retort.nn;

import dev.retort.nn.parallel.Communicator;
import dev.retort.tensor.Backend;
import dev.retort.tensor.ComposedOperations.Normalized;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;

/**
 * Batch norm whose statistics in training are those of all ranks' batches together, each value counted once: ranks tell each other
 * count, mean and variance of their own in the forward pass, and the sums that the gradient needs in the backward pass. The running
 * statistics are therefore equal in all ranks. Gradients of gamma and beta are this rank's share, as those of all other parameters are.
 * In one rank, in evaluation and once frozen it is {@link BatchNorm2d}, to the last bit; its entries have the same names.
 *
 * <p>All ranks run the same layers in the same order, and a checkpointed block is computed again, exchange included, in every rank or in
 * none. Statistics travel as float64 and are combined in the order of ranks. There is no second derivative among ranks.
 */
public final class SyncBatchNorm2d extends BatchNorm2d {
    private final String name;
    private Communicator ranks = Communicator.alone();

    /** With PyTorch's usual eps 1e-5 and momentum 0.1; alone until {@link #setRanks}. */
    public SyncBatchNorm2d(BuildContext context, int channels) {
        super(context, channels);
        name = context.path();
    }

    /**
     * Sets which ranks train a network in step, for all norms of this kind in it.
     *
     * @param ranks its rank's view of them
     */
    public static void setRanks(Module network, Communicator ranks) {
        network.modules(SyncBatchNorm2d.class).values().forEach(norm -> norm.ranks = ranks);
    }

    /** Whether a network has norms of this kind, so that its forward and backward pass exchange among several ranks. */
    public static boolean isIn(Module network) {
        return !network.modules(SyncBatchNorm2d.class).isEmpty();
    }

    @Override
    Tensor normalize(Tensor x) {
        if (ranks.size() == 1) {
            return super.normalize(x);
        }
        Backend root = x.backend().root();
        BatchStatistics own = own(x);
        BatchStatistics all = BatchStatistics.together(ranks.allGatherNumbers("statistics of " + name, own.numbers()));
        requireTwo(all.count(), x);
        Tensor mean = root.tensor(all.mean(), runningMean().shape(), x.dtype());
        Tensor variance = root.tensor(all.variance(), runningMean().shape(), x.dtype());
        follow(mean, variance, all.count());
        return new SyncNormalization(name, ranks, all.count(), eps).apply(x, gamma(), beta(), mean, variance);
    }

    private BatchStatistics own(Tensor x) {
        try (Scope scope = Scope.open()) {
            Normalized batch = x.detach().batchNorm(eps);
            return new BatchStatistics(
                    x.size() / channels,
                    batch.mean().toDoubles(),
                    batch.variance().toDoubles());
        }
    }
}
