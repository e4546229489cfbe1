package dev.retort.kernels.simd.internal.reduction;

import dev.retort.kernels.simd.internal.elementwise.Broadcast;
import dev.retort.kernels.simd.internal.loops.Runs;
import dev.retort.kernels.simd.internal.run.Parallel;
import dev.retort.tensor.ReduceOp;

/** {@link Reduction} of floats: rows where nothing is behind them, else columns. Sums are about as accurate as pairwise ones. */
public final class FloatReduction extends Reduction<float[]> {
    /** Elements of a row that one task reduces; fixed, so that the result does not depend on the threads. */
    private static final int PIECE = 1 << 16;
    /** Fewer columns than this are widened by taking several rows as one. */
    private static final int NARROW = 32;

    private final Parallel parallel;
    private final Runs runs;
    private final ReduceOp op;

    public FloatReduction(Parallel parallel, Runs runs, ReduceOp op) {
        super(op);
        this.parallel = parallel;
        this.runs = runs;
        this.op = op;
    }

    @Override
    float[] array(int size) {
        return new float[size];
    }

    @Override
    void reduce(float[] x, int xOff, int outer, int rows, int inner, double divisor, float[] y, int yOff) {
        if (inner == 1) {
            rows(x, xOff, outer, rows, divisor, y, yOff);
        } else {
            columns(x, xOff, outer, rows, inner, divisor, y, yOff);
        }
    }

    private void rows(float[] x, int xOff, int rows, int length, double divisor, float[] y, int yOff) {
        if (length <= PIECE) {
            parallel.forRange(rows, Broadcast.grain(length), (from, to) -> {
                for (int row = from; row < to; row++) {
                    y[yOff + row] = (float) (run(x, xOff + row * length, length) / divisor);
                }
            });
            return;
        }
        int pieces = (length - 1) / PIECE + 1;
        double[] partial = new double[rows * pieces];
        parallel.forRange(partial.length, 1, (from, to) -> {
            for (int i = from; i < to; i++) {
                int start = i % pieces * PIECE;
                partial[i] = run(x, xOff + i / pieces * length + start, Math.min(PIECE, length - start));
            }
        });
        for (int row = 0; row < rows; row++) {
            double result = partial[row * pieces];
            for (int i = 1; i < pieces; i++) {
                result = Columns.join(op, result, partial[row * pieces + i]);
            }
            y[yOff + row] = (float) (result / divisor);
        }
    }

    private double run(float[] x, int off, int n) {
        return switch (op) {
            case SUM, MEAN -> runs.sum(x, off, n);
            case MAX -> runs.max(x, off, n);
            case MIN -> runs.min(x, off, n);
        };
    }

    private void columns(float[] x, int xOff, int outer, int rows, int columns, double divisor, float[] y, int yOff) {
        int factor = (2 * NARROW + columns - 1) / columns;
        int whole = rows / factor;
        if (outer > 1 || columns >= NARROW || whole < 2) {
            Columns.reduce(parallel, op, outer, rows, columns, Columns.elements(runs, op, x, xOff), divisor, y, yOff);
            return;
        }
        float[] wide = new float[factor * columns];
        Columns.reduce(parallel, op, 1, whole, wide.length, Columns.elements(runs, op, x, xOff), 1, wide, 0);
        int rest = whole * wide.length;
        for (int column = 0; column < columns; column++) {
            double result = wide[column];
            for (int i = column + columns; i < wide.length; i += columns) {
                result = Columns.join(op, result, wide[i]);
            }
            for (int i = rest + column; i < rows * columns; i += columns) {
                result = Columns.join(op, result, x[xOff + i]);
            }
            y[yOff + column] = (float) (result / divisor);
        }
    }
}
