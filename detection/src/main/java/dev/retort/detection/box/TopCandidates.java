package dev.retort.detection.box;

import java.util.Arrays;

/** Picks the candidates of highest rank; among equal ranks those of lower index. */
public final class TopCandidates {
    private final int limit;
    private long[] keys = new long[256];
    private int count;

    /** @param limit most candidates that are picked */
    public TopCandidates(int limit) {
        this.limit = limit;
    }

    /**
     * Takes a candidate in.
     *
     * @param rank not NaN
     * @param index 0 or more
     */
    public void add(float rank, int index) {
        if (count == keys.length) {
            keys = Arrays.copyOf(keys, 2 * count);
        }
        keys[count++] = key(rank, index);
    }

    /** The indexes of the picked candidates, best first. */
    public int[] indexes() {
        Arrays.sort(keys, 0, count);
        int[] picked = new int[Math.min(count, limit)];
        for (int i = 0; i < picked.length; i++) {
            picked[i] = (int) keys[i];
        }
        return picked;
    }

    /** A number that is smaller for a higher rank and, among equal ones, for a lower index. */
    private static long key(float rank, int index) {
        int bits = Float.floatToIntBits(rank + 0.0f);
        // As signed integers, the bits of negative floats run backwards.
        int ascending = bits >= 0 ? bits : bits ^ Integer.MAX_VALUE;
        return (long) ~ascending << 32 | index;
    }
}
