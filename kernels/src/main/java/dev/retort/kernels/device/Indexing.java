package dev.retort.kernels.device;

import dev.retort.kernels.device.Reductions.Lines;
import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;

/**
 * Order, selection and accumulation by index. Accumulation is a gather over the sorted index, so that each sum has its own work-item and
 * one order: no atomics.
 */
final class Indexing {
    private static final int LONGEST = 1 << 29;

    private final DeviceMovement ops;

    Indexing(DeviceMovement ops) {
        this.ops = ops;
    }

    /** y, I64: the order of x's elements along {@code axis}. */
    void argSort(Tensor x, int axis, boolean descending, Tensor y) {
        Lines lines = Lines.of(x.shape(), axis);
        try (Tensor order = order(x, lines, descending)) {
            ops.queue
                    .kernel("sort", x.dtype(), "sort_finish")
                    .number(lines.extent())
                    .number(lines.inner())
                    .number(padded(lines))
                    .number(lines.count())
                    .in(order)
                    .out(y, lines.range())
                    .over(Grid.of(lines.extent(), lines.count(), 1));
        }
    }

    private static int padded(Lines lines) {
        return lines.extent() <= 1 ? 1 : Integer.highestOneBit(lines.extent() - 1) << 1;
    }

    /** I32 [lines, padded]: the places of the elements of each line, sorted; behind them places beyond the last. */
    private Tensor order(Tensor x, Lines lines, boolean descending) {
        if (lines.extent() > LONGEST) {
            throw new ShapeException("A device sorts at most " + LONGEST + " elements along an axis, not "
                    + lines.extent() + " of shape " + x.shape());
        }
        int padded = padded(lines);
        return ops.temporary(Shape.of(lines.count(), padded), DType.I32, order -> sort(x, lines, descending, order));
    }

    private void sort(Tensor x, Lines lines, boolean descending, Tensor order) {
        int padded = padded(lines);
        ops.queue
                .kernel("sort", x.dtype(), "sort_start")
                .number(padded)
                .number(lines.count())
                .out(order)
                .over(Grid.of(padded, lines.count(), 1));
        for (int stage = 2; stage <= padded; stage *= 2) {
            for (int distance = stage / 2; distance > 0; distance /= 2) {
                ops.queue
                        .kernel("sort", x.dtype(), "sort_step")
                        .number(lines.extent())
                        .number(lines.inner())
                        .number(padded)
                        .number(lines.count())
                        .number(descending ? 1 : 0)
                        .number(stage)
                        .number(distance)
                        .in(x)
                        .out(order)
                        .over(Grid.of(padded / 2, lines.count(), 1));
            }
        }
    }

    /** y = the slices of x along {@code axis} that the index names. */
    void select(Tensor x, int axis, Tensor index, Tensor y) {
        Lines lines = Lines.of(x.shape(), axis);
        try (Tensor places = ops.places(index)) {
            ops.queue
                    .kernel("index", x.dtype(), "index_select")
                    .number(DeviceMovement.size(y))
                    .number(lines.extent())
                    .number(DeviceMovement.size(index))
                    .number(lines.inner())
                    .in(x)
                    .in(places)
                    .out(y, DeviceStorage.of(x).range())
                    .over(Grid.of(DeviceMovement.size(y)));
        }
    }

    /** y = the elements of x that the index, of y's shape, names along {@code axis}. */
    void gather(Tensor x, int axis, Tensor index, Tensor y) {
        long[] strides = x.shape().strides();
        int stride = (int) strides[axis];
        strides[axis] = 0;
        try (Tensor places = ops.places(index)) {
            ops.queue
                    .kernel("index", x.dtype(), "gather")
                    .number(DeviceMovement.size(y))
                    .struct(Axes.of(index.shape().toArray(), strides).struct())
                    .number(stride)
                    .in(x)
                    .in(places)
                    .out(y, DeviceStorage.of(x).range())
                    .over(Grid.of(DeviceMovement.size(y)));
        }
    }

    /** y = x plus the slices of {@code source} at the places along {@code axis} that the index names. */
    void add(Tensor x, int axis, Tensor index, Tensor source, Tensor y) {
        Lines lines = Lines.of(x.shape(), axis);
        try (Tensor places = ops.places(index);
                Tensor order = order(places, Lines.of(index.shape(), 0), false)) {
            ops.queue
                    .kernel("index", x.dtype(), "index_add")
                    .number(DeviceMovement.size(y))
                    .number(lines.extent())
                    .number(DeviceMovement.size(index))
                    .number(lines.inner())
                    .in(x)
                    .in(places)
                    .in(order)
                    .in(source)
                    .out(y)
                    .over(Grid.of(DeviceMovement.size(y)));
        }
    }

    /** y = x plus each element of {@code source} at the place along {@code axis} that the index, of its shape, names. */
    void scatterAdd(Tensor x, int axis, Tensor index, Tensor source, Tensor y) {
        if (index.size() == 0) {
            ops.copyAll(x, y);
            return;
        }
        Lines lines = Lines.of(index.shape(), axis);
        try (Tensor places = ops.places(index);
                Tensor order = order(places, lines, false)) {
            ops.queue
                    .kernel("index", x.dtype(), "scatter_add")
                    .number(DeviceMovement.size(y))
                    .struct(Axes.unmerged(x.shape().toArray(), index.shape().strides())
                            .struct())
                    .struct(Axes.unmerged(index.shape().toArray(), index.shape().strides())
                            .struct())
                    .number(axis)
                    .number(lines.extent())
                    .number(lines.inner())
                    .number(padded(lines))
                    .in(x)
                    .in(places)
                    .in(order)
                    .in(source)
                    .out(y)
                    .over(Grid.of(DeviceMovement.size(y)));
        }
    }
}
