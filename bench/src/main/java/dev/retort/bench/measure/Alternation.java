package dev.retort.bench.measure;

import dev.retort.bench.peer.Peer;
import dev.retort.bench.work.Operands;
import dev.retort.bench.work.Rounds;
import dev.retort.bench.work.Work;
import dev.retort.tensor.Backend;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Measures works one after the other. Each is warmed up on both sides, then this side and the peer take turns, so that both
 * see the same machine; what counts are the medians.
 */
public final class Alternation implements AutoCloseable {
    private final Backend backend;
    private final Peer peer;
    private final int threads;
    private final int runs;
    private final FmaPeak peak;

    /**
     * @param peer null for none; stays the caller's
     * @param runs timed rounds of each side
     */
    public Alternation(Backend backend, Peer peer, int threads, int runs) {
        this.backend = backend;
        this.peer = peer;
        this.threads = threads;
        this.runs = runs;
        this.peak = new FmaPeak(threads);
    }

    /** Measures one work. */
    public Row measure(Work work) throws IOException {
        ResidentMemory.reset();
        try (Operands operands = new Operands(backend)) {
            Runnable asked = work.setup().with(operands);
            Runnable call = () -> {
                asked.run();
                backend.synchronize();
            };
            if (work.cold()) {
                double first = Rounds.first(call);
                return row(work, first, null, peak.sample());
            }
            Rounds own = Rounds.warm(call);
            boolean compared = peer != null && peer.prepare(work.name(), task(work, operands));
            double[] seconds = new double[runs];
            double[] peerSeconds = new double[runs];
            double most = peak.sample();
            for (int i = 0; i < runs; i++) {
                seconds[i] = own.seconds();
                if (compared) {
                    peerSeconds[i] = peer.seconds();
                }
            }
            most = Math.max(most, peak.sample());
            return row(work, median(seconds), compared ? median(peerSeconds) : null, most);
        }
    }

    private static Map<String, Object> task(Work work, Operands operands) {
        Map<String, Object> task = new LinkedHashMap<>(work.task());
        task.putAll(operands.told());
        return task;
    }

    private Row row(Work work, double seconds, Double peerSeconds, double most) {
        Double rate = work.operations() > 0 ? work.operations() / seconds : null;
        return new Row(
                work.name(),
                backend.name(),
                Runtime.version().toString(),
                threads,
                seconds,
                rate == null ? null : rate / 1e9,
                rate == null ? null : rate / most,
                peerSeconds == null ? null : peer.name(),
                peerSeconds,
                peerSeconds == null ? null : peerSeconds / seconds,
                ResidentMemory.peak(),
                peerSeconds == null ? null : peer.peakBytes());
    }

    /** The middle value; the mean of the two middle ones of an even number. */
    public static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    @Override
    public void close() {
        peak.close();
    }
}
