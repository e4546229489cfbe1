package dev.retort.kernels.simd.internal.reduction;

import dev.retort.kernels.simd.internal.elementwise.Broadcast;
import dev.retort.kernels.simd.internal.loops.DoubleLoops;
import dev.retort.kernels.simd.internal.product.BlockedProduct;
import dev.retort.kernels.simd.internal.run.Parallel;
import dev.retort.tensor.BinaryOp;
import dev.retort.tensor.ReduceOp;

/**
 * {@link Reduction} of doubles. Rows are reduced in blocks whose size depends on the shape alone, and the blocks' results in the
 * same way again, so the result does not depend on the threads.
 */
public final class DoubleReduction extends Reduction<double[]> {
    /** Elements of a block. */
    private static final int BLOCK = 1 << 15;

    private static final int LEAST_ROWS = 64;
    private static final int MAX_WIDTH = 1024;

    private final Parallel parallel;
    private final ReduceOp op;

    public DoubleReduction(Parallel parallel, ReduceOp op) {
        super(op);
        this.parallel = parallel;
        this.op = op;
    }

    @Override
    double[] array(int size) {
        return new double[size];
    }

    @Override
    void reduce(double[] x, int xOff, int outer, int rows, int inner, double divisor, double[] y, int yOff) {
        int blockRows = Math.max(LEAST_ROWS, BLOCK / inner);
        int blocks = BlockedProduct.ceil(rows, blockRows);
        int width = Math.min(inner, MAX_WIDTH);
        int pieces = BlockedProduct.ceil(inner, width);
        double[] to = blocks == 1 ? y : new double[Math.multiplyExact(outer * blocks, inner)];
        int toOff = blocks == 1 ? yOff : 0;
        int tasks = Math.multiplyExact(outer * blocks, pieces);
        parallel.forRange(tasks, Broadcast.grain((long) Math.min(rows, blockRows) * width), (from, end) -> {
            for (int task = from; task < end; task++) {
                int column = task % pieces * width;
                int block = task / pieces % blocks;
                int o = task / pieces / blocks;
                int first = block * blockRows;
                int count = Math.min(blockRows, rows - first);
                int source = xOff + (o * rows + first) * inner + column;
                int target = toOff + (o * blocks + block) * inner + column;
                if (inner == 1) {
                    to[target] = row(x, source, count);
                } else {
                    columns(x, source, count, inner, to, target, Math.min(width, inner - column));
                }
            }
        });
        if (blocks > 1) {
            reduce(to, 0, outer, blocks, inner, divisor, y, yOff);
        } else if (divisor != 1) {
            for (int i = 0; i < outer * inner; i++) {
                y[yOff + i] /= divisor;
            }
        }
    }

    private double row(double[] x, int off, int n) {
        if (op == ReduceOp.SUM || op == ReduceOp.MEAN) {
            return sum(x, off, n);
        }
        double best = x[off];
        for (int i = 1; i < n; i++) {
            best = op == ReduceOp.MAX ? Math.max(best, x[off + i]) : Math.min(best, x[off + i]);
        }
        return best;
    }

    private static double sum(double[] x, int off, int n) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int i = 0;
        for (; i < n - 3; i += 4) {
            a += x[off + i];
            b += x[off + i + 1];
            c += x[off + i + 2];
            d += x[off + i + 3];
        }
        for (; i < n; i++) {
            a += x[off + i];
        }
        return (a + b) + (c + d);
    }

    private void columns(double[] x, int off, int rows, int step, double[] y, int yOff, int n) {
        System.arraycopy(x, off, y, yOff, n);
        for (int row = 1; row < rows; row++) {
            int from = off + row * step;
            switch (op) {
                case SUM, MEAN -> DoubleLoops.LOOPS.accumulate(x, from, y, yOff, n);
                case MAX -> DoubleLoops.binary(BinaryOp.MAX, y, yOff, 1, x, from, 1, y, yOff, n);
                case MIN -> DoubleLoops.binary(BinaryOp.MIN, y, yOff, 1, x, from, 1, y, yOff, n);
            }
        }
    }
}
