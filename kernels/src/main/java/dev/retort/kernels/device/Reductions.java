package dev.retort.kernels.device;

import dev.retort.tensor.ReduceOp;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.Arrays;

/**
 * Reductions on a device. Sums are made in chunks whose length depends on nothing but the shape, then the chunks' sums are added up: the
 * same bits whatever runs beside whatever.
 */
final class Reductions {
    /** Elements that a work-item reduces where there are few outputs. */
    private static final int SHORT_CHUNK = 256;

    /** The same where there are outputs enough for a whole device. */
    private static final int LONG_CHUNK = 4096;

    private static final int MANY_OUTPUTS = 4096;

    private final DeviceMovement ops;

    Reductions(DeviceMovement ops) {
        this.ops = ops;
    }

    /** y = x reduced over {@code axes}. */
    void reduce(ReduceOp op, Tensor x, int[] axes, Tensor y) {
        boolean[] reduced = x.shape().mark(axes);
        reduce(op, x, part(x.shape(), reduced, false), part(x.shape(), reduced, true), y);
    }

    private static Axes part(Shape shape, boolean[] reduced, boolean wanted) {
        int[] extents = new int[shape.rank()];
        long[] strides = new long[shape.rank()];
        int rank = 0;
        for (int axis = 0; axis < shape.rank(); axis++) {
            if (reduced[axis] == wanted) {
                extents[rank] = shape.dim(axis);
                strides[rank++] = shape.strides()[axis];
            }
        }
        return Axes.of(Arrays.copyOf(extents, rank), Arrays.copyOf(strides, rank));
    }

    /** y [columns] = the sums of the columns of x [rows, columns]. */
    void sumRows(Tensor x, int rows, Tensor y) {
        int columns = (int) y.size();
        Axes kept = Axes.of(new int[] {columns}, new long[] {1});
        reduce(ReduceOp.SUM, x, kept, Axes.of(new int[] {rows}, new long[] {columns}), y);
    }

    private void reduce(ReduceOp op, Tensor x, Axes kept, Axes reduced, Tensor y) {
        int outputs = kept.size();
        int count = reduced.size();
        int chunk = outputs >= MANY_OUTPUTS ? LONG_CHUNK : SHORT_CHUNK;
        int chunks = Math.max(1, (count - 1) / chunk + 1);
        if (chunks == 1) {
            launch(op, x, kept, reduced, chunk, 1, count, y);
            return;
        }
        ReduceOp first = op == ReduceOp.MEAN ? ReduceOp.SUM : op;
        try (Tensor partial = ops.allocate(Shape.of(chunks, outputs), x.dtype())) {
            launch(first, x, kept, reduced, chunk, chunks, 1, partial);
            if (op == ReduceOp.MEAN) {
                finishMean(partial, chunks, count, y);
            } else {
                Axes columns = Axes.of(new int[] {outputs}, new long[] {1});
                reduce(op, partial, columns, Axes.of(new int[] {chunks}, new long[] {outputs}), y);
            }
        }
    }

    private void finishMean(Tensor partial, int chunks, int count, Tensor y) {
        int outputs = (int) y.size();
        Axes columns = Axes.of(new int[] {outputs}, new long[] {1});
        Axes rows = Axes.of(new int[] {chunks}, new long[] {outputs});
        launch(ReduceOp.MEAN, partial, columns, rows, chunks, 1, count, y);
    }

    private void launch(
            ReduceOp op, Tensor x, Axes kept, Axes reduced, int chunk, int chunks, double divisor, Tensor y) {
        ops.queue
                .kernel("reduction", x.dtype(), "reduce_" + op)
                .struct(kept.struct())
                .struct(reduced.struct())
                .number(kept.size())
                .number(reduced.size())
                .number(chunk)
                .in(x)
                .out(y)
                .value(x.dtype(), divisor)
                .over(Grid.of(kept.size(), chunks, 1));
    }

    /** y, I64: places of the extremes along {@code axis}. */
    void argReduce(boolean largest, Tensor x, int axis, Tensor y) {
        Lines lines = Lines.of(x.shape(), axis);
        ops.queue
                .kernel("reduction", x.dtype(), largest ? "arg_max" : "arg_min")
                .number(lines.count())
                .number(lines.extent())
                .number(lines.inner())
                .in(x)
                .out(y, lines.range())
                .over(Grid.of(lines.count()));
    }

    /** y = running sums of x along {@code axis}. */
    void cumsum(Tensor x, int axis, Tensor y) {
        Lines lines = Lines.of(x.shape(), axis);
        ops.queue
                .kernel("reduction", x.dtype(), "cumsum")
                .number(lines.count())
                .number(lines.extent())
                .number(lines.inner())
                .in(x)
                .out(y)
                .over(Grid.of(lines.count()));
    }

    /** A shape seen along one of its axes: [outer, extent, inner]; a line is what lies along it. */
    record Lines(int outer, int extent, int inner) {
        static Lines of(Shape shape, int axis) {
            int along = shape.axis(axis);
            int outer = 1;
            int inner = 1;
            for (int i = 0; i < shape.rank(); i++) {
                if (i < along) {
                    outer *= shape.dim(i);
                } else if (i > along) {
                    inner *= shape.dim(i);
                }
            }
            return new Lines(outer, shape.dim(along), inner);
        }

        int count() {
            return outer * inner;
        }

        /** Of places along a line. */
        Range range() {
            return new Range(0, Math.max(0, extent - 1));
        }
    }
}
