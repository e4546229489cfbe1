package dev.retort.kernels.simd;

import dev.retort.tensor.ReduceOp;
import dev.retort.tensor.Shape;

/**
 * Reductions of floats over any axes. Neighbouring axes of one kind are merged; then the reduced groups are taken one by one
 * from the last, as rows (nothing behind the group) or as columns. Sums are about as accurate as pairwise ones.
 */
final class ReduceKernels {
    /** Elements of a row that one task reduces; fixed, so that the result does not depend on the threads. */
    private static final int PIECE = 1 << 16;
    /** Fewer columns than this are widened by taking several rows as one. */
    private static final int NARROW = 32;

    private final Parallel parallel;
    private final Runs runs;
    private final ReduceOp op;

    private ReduceKernels(Parallel parallel, Runs runs, ReduceOp op) {
        this.parallel = parallel;
        this.runs = runs;
        this.op = op;
    }

    /** {@code shape} is x's, without axes of extent 0; y has room for the result. */
    static void reduce(
            Parallel parallel,
            Runs runs,
            ReduceOp op,
            float[] x,
            int xOff,
            Shape shape,
            boolean[] reduced,
            float[] y,
            int yOff) {
        int[] extents = new int[shape.rank()];
        boolean[] kinds = new boolean[shape.rank()];
        int groups = 0;
        double count = 1;
        for (int axis = 0; axis < shape.rank(); axis++) {
            int extent = shape.dim(axis);
            if (reduced[axis]) {
                count *= extent;
            }
            if (extent > 1 && groups > 0 && kinds[groups - 1] == reduced[axis]) {
                extents[groups - 1] *= extent;
            } else if (extent > 1) {
                kinds[groups] = reduced[axis];
                extents[groups++] = extent;
            }
        }
        double divisor = op == ReduceOp.MEAN ? count : 1;
        new ReduceKernels(parallel, runs, op).groups(x, xOff, extents, kinds, groups, divisor, y, yOff);
    }

    private void groups(
            float[] x, int xOff, int[] extents, boolean[] kinds, int groups, double divisor, float[] y, int yOff) {
        int last = groups - 1;
        if (last >= 0 && !kinds[last]) {
            last--;
        }
        int inner = last == groups - 1 ? 1 : extents[groups - 1];
        if (last < 0) {
            System.arraycopy(x, xOff, y, yOff, inner);
            return;
        }
        int outer = 1;
        for (int i = 0; i < last; i++) {
            outer *= extents[i];
        }
        boolean isFinal = last < 2;
        float[] to = isFinal ? y : new float[outer * inner];
        int toOff = isFinal ? yOff : 0;
        double divideBy = isFinal ? divisor : 1;
        if (inner == 1) {
            rows(x, xOff, outer, extents[last], divideBy, to, toOff);
        } else {
            columns(x, xOff, outer, extents[last], inner, divideBy, to, toOff);
        }
        if (!isFinal) {
            // What stood before and behind the group is now one kept group.
            extents[last - 1] *= inner;
            groups(to, 0, extents, kinds, last, divisor, y, yOff);
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
