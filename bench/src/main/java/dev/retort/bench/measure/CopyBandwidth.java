package dev.retort.bench.measure;

import dev.retort.kernels.simd.Parallel;

/** How fast memory can be copied by a number of threads at once, in arrays that no cache holds. */
public final class CopyBandwidth {
    private static final int NUMBERS = 1 << 25;
    private static final int ROUNDS = 12;

    private final Parallel pool;

    public CopyBandwidth(int threads) {
        pool = new Parallel(threads);
    }

    /** Bytes a second, read and written ones together: the best of several rounds. */
    public double sample() {
        float[] from = new float[NUMBERS];
        float[] to = new float[NUMBERS];
        int share = NUMBERS / pool.threads();
        double best = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long start = System.nanoTime();
            pool.forRange(NUMBERS, share, (begin, end) -> System.arraycopy(from, begin, to, begin, end - begin));
            double seconds = (System.nanoTime() - start) / 1e9;
            best = Math.max(best, 2.0 * Float.BYTES * NUMBERS / seconds);
        }
        return best;
    }
}
