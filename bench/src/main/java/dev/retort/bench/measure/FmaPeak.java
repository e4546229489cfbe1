package dev.retort.bench.measure;

import dev.retort.bench.FmaPeakBenchmark;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What the processor can do at most: {@link FmaPeakBenchmark}'s chains of multiply-adds on as many threads as the row has, all
 * at once. Sampled beside each row, so that both see the same clock; of each thread the best of several short slices counts, so
 * that other programs on the machine do not lower the peak.
 */
public final class FmaPeak implements AutoCloseable {
    private static final int SLICES = 10;
    private static final long SLICE_NANOS = 4_000_000;
    private static final int WARM_UPS = 3;

    private final ExecutorService pool;
    private final int threads;

    public FmaPeak(int threads) {
        this.threads = threads;
        pool = Executors.newFixedThreadPool(threads, body -> {
            Thread thread = new Thread(body, "retort-bench-peak");
            thread.setDaemon(true);
            return thread;
        });
        for (int i = 0; i < WARM_UPS; i++) {
            sample();
        }
    }

    /** Floating-point operations a second of all threads together, in about 40 ms. */
    public double sample() {
        List<Future<Double>> samples = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            samples.add(pool.submit(FmaPeak::sampleOne));
        }
        double sum = 0;
        for (Future<Double> sample : samples) {
            try {
                sum += sample.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException("The multiply-add peak cannot be measured: " + e.getCause(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted while the multiply-add peak was measured", e);
            }
        }
        return sum;
    }

    private static double sampleOne() {
        FmaPeakBenchmark chains = new FmaPeakBenchmark();
        double best = 0;
        for (int i = 0; i < SLICES; i++) {
            best = Math.max(best, slice(chains));
        }
        return best;
    }

    private static double slice(FmaPeakBenchmark chains) {
        FmaPeakBenchmark.Count count = new FmaPeakBenchmark.Count();
        long start = System.nanoTime();
        long elapsed;
        float sum = 0;
        do {
            sum += chains.peak(count);
            elapsed = System.nanoTime() - start;
        } while (elapsed < SLICE_NANOS);
        if (Float.isNaN(sum)) {
            throw new AssertionError("the sums stay finite");
        }
        return count.operations / (elapsed / 1e9);
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
