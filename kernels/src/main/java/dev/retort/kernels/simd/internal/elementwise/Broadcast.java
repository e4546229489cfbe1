package dev.retort.kernels.simd.internal.elementwise;

import dev.retort.kernels.simd.internal.run.Parallel;
import dev.retort.tensor.Shape;
import java.util.Arrays;

/**
 * The walk over a broadcast result as runs of consecutive elements. Axes that lie alike in all operands are merged first,
 * so that equal shapes are one run, and a bias on the last axis is one run per row. Along a run an operand moves by
 * {@link #step}: 1, or 0 where it is repeated.
 */
public final class Broadcast {
    /** Elements that one task handles: large against the cost of handing it over, small against a tensor. */
    public static final int GRAIN = 1 << 15;

    /** How many pieces make one task, if each touches {@code size} elements: at least one. */
    public static int grain(long size) {
        return (int) Math.max(1, GRAIN / Math.max(1, size));
    }

    /** Work on one run. */
    interface Body {
        /**
         * @param from first element of each operand
         * @param to first element of the result
         * @param n length of the run
         */
        void run(int[] from, int to, int n);
    }

    private final int[] extents;
    private final int[][] strides;
    private final int rank;

    private Broadcast(Shape target, Shape[] operands) {
        extents = new int[Math.max(1, target.rank())];
        strides = new int[operands.length][extents.length];
        long[][] wide = new long[operands.length][];
        for (int k = 0; k < operands.length; k++) {
            wide[k] = operands[k].broadcastStrides(target);
        }
        int merged = 0;
        for (int axis = 0; axis < target.rank(); axis++) {
            int extent = target.dim(axis);
            if (extent == 1) {
                continue;
            }
            boolean joins = merged > 0;
            for (int k = 0; joins && k < operands.length; k++) {
                joins = strides[k][merged - 1] == wide[k][axis] * extent;
            }
            int place = joins ? merged - 1 : merged++;
            extents[place] = joins ? extents[place] * extent : extent;
            for (int k = 0; k < operands.length; k++) {
                strides[k][place] = (int) wide[k][axis];
            }
        }
        if (merged == 0) {
            extents[0] = (int) target.size();
            merged = 1;
        }
        rank = merged;
    }

    /** The walk over {@code target} that reads {@code operands}. */
    static Broadcast of(Shape target, Shape... operands) {
        return new Broadcast(target, operands);
    }

    /** How far operand k moves from one element of a run to the next: 0 or 1. */
    int step(int k) {
        return strides[k][rank - 1];
    }

    /** Runs {@code body} over the whole result, runs in parallel; a long run may be cut. */
    void forEach(Parallel parallel, Body body) {
        int length = extents[rank - 1];
        int rows = 1;
        for (int axis = 0; axis < rank - 1; axis++) {
            rows *= extents[axis];
        }
        if (rows == 0 || length == 0) {
            return;
        }
        if (length <= GRAIN) {
            parallel.forRange(rows, grain(length), (from, to) -> walk(from, to, body));
            return;
        }
        int pieces = (length - 1) / GRAIN + 1;
        parallel.forRange(Math.multiplyExact(rows, pieces), 1, (from, to) -> {
            int[] places = new int[strides.length];
            for (int task = from; task < to; task++) {
                int row = task / pieces;
                int start = task % pieces * GRAIN;
                locate(row, places);
                for (int k = 0; k < places.length; k++) {
                    places[k] += start * step(k);
                }
                body.run(places, row * length + start, Math.min(GRAIN, length - start));
            }
        });
    }

    private void walk(int firstRow, int lastRow, Body body) {
        int length = extents[rank - 1];
        int[] places = new int[strides.length];
        int[] index = locate(firstRow, places);
        for (int row = firstRow; row < lastRow; row++) {
            body.run(places, row * length, length);
            advance(index, places);
        }
    }

    /** Puts the start of a row into {@code places}; returns the row's index along each axis. */
    private int[] locate(int row, int[] places) {
        int[] index = new int[rank - 1];
        Arrays.fill(places, 0);
        int rest = row;
        for (int axis = rank - 2; axis >= 0; axis--) {
            index[axis] = rest % extents[axis];
            rest /= extents[axis];
            for (int k = 0; k < places.length; k++) {
                places[k] += index[axis] * strides[k][axis];
            }
        }
        return index;
    }

    private void advance(int[] index, int[] places) {
        for (int axis = rank - 2; axis >= 0; axis--) {
            index[axis]++;
            for (int k = 0; k < places.length; k++) {
                places[k] += strides[k][axis];
            }
            if (index[axis] < extents[axis]) {
                return;
            }
            for (int k = 0; k < places.length; k++) {
                places[k] -= extents[axis] * strides[k][axis];
            }
            index[axis] = 0;
        }
    }
}
