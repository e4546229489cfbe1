package dev.retort.kernels.simd.internal.reduction;

import dev.retort.kernels.simd.internal.loops.Runs;
import dev.retort.kernels.simd.internal.run.Parallel;
import dev.retort.tensor.ReduceOp;
import java.util.Arrays;

/**
 * Reduction of the middle axis of an array seen as [outer, rows, columns]. Rows are taken in blocks whose size depends on the
 * shape alone; in a block sums are floats for a few rows and doubles above that, and blocks are joined in their order, so the
 * result does not depend on the threads.
 */
public final class Columns {
    /** Rows summed as floats before they are added to doubles. */
    private static final int FLOAT_ROWS = 64;

    private static final int MAX_WIDTH = 2048;
    private static final int BLOCK_SIZE = 1 << 16;

    /** Adds elements (or takes extremes of them) into an accumulator. */
    public interface Adder {
        /**
         * Joins elements [from, from + n) of the [outer, rows, columns] array, all of one row, to {@code to[0..n)}.
         *
         * @param from row-major index of the first element
         */
        void add(int from, float[] to, int n);
    }

    private Columns() {}

    /** The elements of an array as they are. */
    public static Adder elements(Runs runs, ReduceOp op, float[] x, int xOff) {
        return switch (op) {
            case SUM, MEAN -> (from, to, n) -> runs.accumulate(x, xOff + from, to, 0, n);
            case MAX -> (from, to, n) -> runs.larger(to, 0, x, xOff + from, to, 0, n);
            case MIN -> (from, to, n) -> runs.smaller(to, 0, x, xOff + from, to, 0, n);
        };
    }

    /** y[o*columns + c] = the sum over rows (or extreme, as op says) of what the adder adds, divided by {@code divisor}. */
    public static void reduce(
            Parallel parallel,
            ReduceOp op,
            int outer,
            int rows,
            int columns,
            Adder adder,
            double divisor,
            float[] y,
            int yOff) {
        int width = Math.min(columns, MAX_WIDTH);
        int blockRows = Math.max(FLOAT_ROWS, BLOCK_SIZE / Math.max(1, width));
        int blocks = Math.max(1, (rows + blockRows - 1) / blockRows);
        int pieces = (columns + width - 1) / Math.max(1, width);
        double[] partial = new double[blocks == 1 ? 0 : Math.multiplyExact(outer * blocks, columns)];
        int tasks = Math.multiplyExact(Math.multiplyExact(outer, blocks), pieces);
        int grain = Math.max(1, BLOCK_SIZE / Math.max(1, width * Math.min(rows, blockRows)));
        parallel.forRange(tasks, grain, (from, to) -> {
            float[] floats = new float[width];
            double[] doubles = new double[width];
            for (int task = from; task < to; task++) {
                int column = task % pieces * width;
                int n = Math.min(width, columns - column);
                int block = task / pieces % blocks;
                int o = task / pieces / blocks;
                int first = block * blockRows;
                int last = Math.min(rows, first + blockRows);
                block(op, adder, (o * rows + first) * columns + column, last - first, columns, floats, doubles, n);
                if (blocks == 1) {
                    store(doubles, 0, divisor, y, yOff + o * columns + column, n);
                } else {
                    System.arraycopy(doubles, 0, partial, (o * blocks + block) * columns + column, n);
                }
            }
        });
        if (blocks > 1) {
            for (int o = 0; o < outer; o++) {
                int start = o * blocks * columns;
                for (int block = 1; block < blocks; block++) {
                    join(op, partial, start + block * columns, partial, start, columns);
                }
                store(partial, start, divisor, y, yOff + o * columns, columns);
            }
        }
    }

    private static void block(
            ReduceOp op, Adder adder, int from, int rows, int columns, float[] floats, double[] doubles, int n) {
        Arrays.fill(doubles, 0, n, start(op));
        for (int row = 0; row < rows; row += FLOAT_ROWS) {
            Arrays.fill(floats, 0, n, (float) start(op));
            int end = Math.min(rows, row + FLOAT_ROWS);
            for (int i = row; i < end; i++) {
                adder.add(from + i * columns, floats, n);
            }
            for (int i = 0; i < n; i++) {
                doubles[i] = join(op, doubles[i], floats[i]);
            }
        }
    }

    private static double start(ReduceOp op) {
        return switch (op) {
            case SUM, MEAN -> 0;
            case MAX -> Double.NEGATIVE_INFINITY;
            case MIN -> Double.POSITIVE_INFINITY;
        };
    }

    /** Two partial results as one. */
    static double join(ReduceOp op, double a, double b) {
        return switch (op) {
            case SUM, MEAN -> a + b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
        };
    }

    private static void join(ReduceOp op, double[] x, int xOff, double[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = join(op, y[yOff + i], x[xOff + i]);
        }
    }

    private static void store(double[] sums, int off, double divisor, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = (float) (sums[off + i] / divisor);
        }
    }
}
