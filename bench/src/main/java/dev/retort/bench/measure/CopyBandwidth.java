package dev.retort.bench.measure;

import dev.retort.kernels.simd.internal.run.Parallel;

/** How fast memory can be copied by a number of threads at once, in arrays that no cache holds. */
public final class CopyBandwidth {
    private static final int NUMBERS = 1 << 25;
    private static final int PIECE = 1 << 21;
    private static final int PASSES = 6;

    private final Parallel pool;

    public CopyBandwidth(int threads) {
        pool = new Parallel(threads);
    }

    /**
     * Bytes a second, read and written ones together: the best of many pieces, each of which was out of the caches by the time
     * its turn came again.
     */
    public double sample() {
        float[] from = new float[NUMBERS];
        float[] to = new float[NUMBERS];
        double best = 0;
        for (int pass = 0; pass < PASSES; pass++) {
            for (int start = 0; start < NUMBERS; start += PIECE) {
                best = Math.max(best, 2.0 * Float.BYTES * PIECE / seconds(from, to, start));
            }
        }
        return best;
    }

    private double seconds(float[] from, float[] to, int start) {
        int share = PIECE / pool.threads();
        long begun = System.nanoTime();
        pool.forRange(
                PIECE, share, (first, end) -> System.arraycopy(from, start + first, to, start + first, end - first));
        return (System.nanoTime() - begun) / 1e9;
    }
}
