package dev.retort.nn.parallel;

import dev.retort.autograd.Parameter;
import dev.retort.nn.optim.GradientSource;
import dev.retort.tensor.Tensor;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Averages the gradients of all ranks' micro-batches, in the order in which one rank would take them: for each micro-batch of a
 * step, first rank 0's, then rank 1's. It gives the bits that a {@link dev.retort.nn.optim.GradientAccumulator} of one rank gives.
 * Arrays are kept from step to step: the gradients' size twice, on the host and on the backend.
 */
public final class GradientExchange implements GradientSource, AutoCloseable {
    /** Numbers in a bucket: 4 MiB. */
    private static final int BUCKET = 1 << 20;

    private final Communicator ranks;
    private final int microBatches;
    private final List<Parameter> parameters;
    private final List<GradientBucket> buckets;
    private final Map<Parameter, Tensor> sums = new HashMap<>();
    private int added;

    /**
     * @param parameters float32, the same ones in the same order in every rank
     * @param microBatches how many each rank has in a step
     */
    public GradientExchange(Collection<Parameter> parameters, int microBatches, Communicator ranks) {
        this(parameters, microBatches, ranks, BUCKET);
    }

    /** @param bucket numbers that are exchanged at once, if no parameter has more */
    GradientExchange(Collection<Parameter> parameters, int microBatches, Communicator ranks, int bucket) {
        if (microBatches < 1) {
            throw new IllegalArgumentException("A step needs 1 micro-batch or more, got " + microBatches);
        }
        this.ranks = ranks;
        this.microBatches = microBatches;
        this.parameters = List.copyOf(parameters);
        buckets = GradientBucket.of(this.parameters, bucket);
    }

    /**
     * Adds every rank's micro-batch; the gradients may go afterwards. The first one after a whole step starts anew.
     *
     * @return whether the step is whole now, so that {@link #of} may be asked
     */
    public boolean add(GradientSource gradients) {
        if (added == microBatches) {
            added = 0;
            buckets.forEach(GradientBucket::restart);
        }
        byte[] own = new byte[parameters.size()];
        for (int place = 0; place < own.length; place++) {
            own[place] = (byte) (gradients.of(parameters.get(place)) == null ? 0 : 1);
        }
        List<byte[]> present = ranks.allGather(own);
        double share = 1.0 / ((double) microBatches * ranks.size());
        for (GradientBucket bucket : buckets) {
            bucket.add(gradients, present, ranks, share);
        }
        if (++added < microBatches) {
            return false;
        }
        sums.clear();
        for (GradientBucket bucket : buckets) {
            sums.putAll(bucket.share(ranks));
        }
        return true;
    }

    /**
     * The mean gradient; null if no micro-batch of any rank had one. It stays this exchange's.
     *
     * @throws IllegalStateException if micro-batches are missing
     */
    @Override
    public Tensor of(Parameter parameter) {
        if (added != microBatches) {
            throw new IllegalStateException(
                    "The step has " + added + " of " + microBatches + " micro-batches: add the others first");
        }
        return sums.get(parameter);
    }

    @Override
    public void close() {
        buckets.forEach(GradientBucket::close);
        sums.clear();
        added = 0;
    }
}
