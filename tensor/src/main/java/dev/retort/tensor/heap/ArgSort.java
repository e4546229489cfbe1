package dev.retort.tensor.heap;

import dev.retort.tensor.Tensor;

/**
 * Stable order of the elements along an axis, for every dtype: elements become 64-bit keys of the same order, and a bottom-up
 * merge sort moves their places. O(n log n), two arrays of n places and one of n keys.
 */
final class ArgSort {
    private ArgSort() {}

    /** Fills y (I64, of x's shape) with places along {@code axis}. */
    static void sort(Tensor x, int axis, boolean descending, Tensor y) {
        Elements from = Elements.of(x);
        Elements to = Elements.of(y);
        int extent = x.dim(axis);
        int inner = (int) x.shape().strides()[x.shape().axis(axis)];
        boolean floating = x.dtype().isFloating();
        long[] keys = new long[extent];
        for (int line = 0; line < (extent == 0 ? 0 : x.size() / extent); line++) {
            int start = line / inner * inner * extent + line % inner;
            for (int i = 0; i < extent; i++) {
                int place = start + i * inner;
                keys[i] = floating ? key(from.get(place)) : from.getLong(place);
            }
            int[] order = order(keys, descending);
            for (int i = 0; i < extent; i++) {
                to.setLong(start + i * inner, order[i]);
            }
        }
    }

    /** A number that compares as {@code value} does, with equal zeros and NaN above infinity. */
    private static long key(double value) {
        long bits = Double.doubleToLongBits(value == 0 ? 0.0 : value);
        return bits < 0 ? bits ^ Long.MAX_VALUE : bits;
    }

    private static int[] order(long[] keys, boolean descending) {
        int n = keys.length;
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            order[i] = i;
        }
        int[] merged = new int[n];
        for (long width = 1; width < n; width *= 2) {
            for (long start = 0; start < n; start += 2 * width) {
                int middle = (int) Math.min(start + width, n);
                merge(keys, descending, order, (int) start, middle, (int) Math.min(start + 2 * width, n), merged);
            }
            int[] last = order;
            order = merged;
            merged = last;
        }
        return order;
    }

    /** Merges the runs [start, middle) and [middle, end); of equal keys the first run's go first. */
    private static void merge(
            long[] keys, boolean descending, int[] order, int start, int middle, int end, int[] merged) {
        int left = start;
        int right = middle;
        for (int i = start; i < end; i++) {
            boolean takesRight = left == middle || (right < end && before(keys, order[right], order[left], descending));
            merged[i] = takesRight ? order[right++] : order[left++];
        }
    }

    private static boolean before(long[] keys, int a, int b, boolean descending) {
        return descending ? keys[a] > keys[b] : keys[a] < keys[b];
    }
}
