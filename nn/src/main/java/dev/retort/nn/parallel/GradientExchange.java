package dev.retort.nn.parallel;

import dev.retort.autograd.GradientListener;
import dev.retort.autograd.Parameter;
import dev.retort.nn.optim.GradientSource;
import dev.retort.tensor.Tensor;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Averages the gradients of all ranks' micro-batches, in the order in which one rank would take them: for each micro-batch of a
 * step, first rank 0's, then rank 1's. It gives the bits that a {@link dev.retort.nn.optim.GradientAccumulator} of one rank gives.
 *
 * <p>Parameters are exchanged in buckets, from the last one to the first, as a backward pass finds their gradients: overlapped with it,
 * a bucket is under way as soon as its gradients are {@link #ready}, while the others are computed. Arrays are kept from step to
 * step: the gradients' size twice on the host and once on the backend.
 *
 * <pre>{@code
 * exchange.begin(Set.of());
 * tape.gradients(loss, exchange);
 * if (exchange.finish()) {
 *     optimizer.step(exchange);
 * }
 * }</pre>
 */
public final class GradientExchange implements GradientSource, GradientListener, AutoCloseable {
    /** Numbers in a bucket: 4 MiB. */
    private static final int BUCKET = 1 << 20;

    private final Communicator ranks;
    private final int microBatches;
    private final List<GradientBucket> buckets;
    private final Map<Parameter, GradientBucket> places = new HashMap<>();
    private final Courier courier;
    private final Map<Parameter, Tensor> sums = new HashMap<>();
    private int added;
    /** Buckets of this micro-batch that are not under way yet: those before this one. */
    private int waiting;

    /**
     * @param parameters float32, the same ones in the same order in every rank
     * @param microBatches how many each rank has in a step
     * @param overlapped whether exchanges are made on a thread of their own, which alone uses {@code ranks} from {@link #begin} to
     *     {@link #finish}; without, on the caller's
     */
    public GradientExchange(
            Collection<Parameter> parameters, int microBatches, Communicator ranks, boolean overlapped) {
        this(parameters, microBatches, ranks, overlapped, BUCKET);
    }

    /** @param bucket numbers that are exchanged at once, if no parameter has more */
    GradientExchange(
            Collection<Parameter> parameters, int microBatches, Communicator ranks, boolean overlapped, int bucket) {
        if (microBatches < 1) {
            throw new IllegalArgumentException("A step needs 1 micro-batch or more, got " + microBatches);
        }
        this.ranks = ranks;
        this.microBatches = microBatches;
        buckets = GradientBucket.of(List.copyOf(parameters), bucket);
        buckets.forEach(each -> each.parameters().forEach(parameter -> places.put(parameter, each)));
        courier = overlapped ? Courier.onThread("retort-exchange-" + ranks.rank()) : Courier.inPlace();
    }

    /**
     * A micro-batch begins; the first one after a whole step starts anew.
     *
     * @param held parameters that get no gradient here; others may get none, but nobody can know it before {@link #finish}
     */
    public void begin(Set<Parameter> held) {
        if (added == microBatches) {
            added = 0;
            buckets.forEach(GradientBucket::restart);
        }
        buckets.forEach(bucket -> bucket.begin(held));
        waiting = buckets.size();
    }

    /** The gradient of one of the parameters, whole; it stays as it is until {@link #finish}. */
    @Override
    public void ready(Parameter parameter, Tensor gradient) {
        places.get(parameter).put(parameter, gradient);
        while (waiting > 0 && buckets.get(waiting - 1).isFull()) {
            sendNext();
        }
        courier.work();
    }

    /**
     * The micro-batch has no more gradients, and those it had may go.
     *
     * @return whether the step is whole now, so that {@link #of} may be asked
     */
    public boolean finish() {
        while (waiting > 0) {
            sendNext();
        }
        if (isLast() && !buckets.isEmpty()) {
            sendSums(buckets.get(0));
        }
        courier.finish();
        if (++added < microBatches) {
            return false;
        }
        sums.clear();
        buckets.forEach(bucket -> sums.putAll(bucket.sums()));
        return true;
    }

    /** One micro-batch whose gradients are all there: the same as {@link #begin}, {@link #ready} and {@link #finish}. */
    public boolean add(GradientSource gradients) {
        begin(Set.of());
        places.keySet().forEach(parameter -> {
            Tensor gradient = gradients.of(parameter);
            if (gradient != null) {
                ready(parameter, gradient);
            }
        });
        return finish();
    }

    private boolean isLast() {
        return added == microBatches - 1;
    }

    /** The pieces of a bucket and, of the one before it, the sums, which have been made meanwhile: in this order in every rank. */
    private void sendNext() {
        GradientBucket bucket = buckets.get(--waiting);
        bucket.collect();
        double share = 1.0 / ((double) microBatches * ranks.size());
        boolean last = isLast();
        courier.send(() -> {
            bucket.exchange(ranks);
            courier.bring(() -> bucket.add(share, last));
        });
        if (last && waiting + 1 < buckets.size()) {
            sendSums(buckets.get(waiting + 1));
        }
        courier.work();
    }

    private void sendSums(GradientBucket bucket) {
        courier.send(() -> {
            bucket.exchangeSums(ranks);
            courier.bring(bucket::takeSums);
        });
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

    /** Gives up an exchange that is under way: its communicator can exchange nothing more then. */
    @Override
    public void close() {
        courier.close();
        buckets.forEach(GradientBucket::close);
        sums.clear();
        added = 0;
    }
}
