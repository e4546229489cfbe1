package dev.retort.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Defaults of {@link ArrayOperations} that make and arrange. */
final class Arrangement {
    private Arrangement() {}

    static Tensor arange(ArrayOperations ops, double start, double end, double step, DType dtype) {
        double count = Math.ceil((end - start) / step);
        boolean whole = (long) start == start && (long) step == step;
        if (!(count >= 0 && count <= Integer.MAX_VALUE) || step == 0) {
            throw new ShapeException("arange: no list of numbers leads from " + start + " to " + end + " by " + step);
        }
        boolean held =
                whole && (dtype == DType.I64 || count == 0 || (isInt(start) && isInt(start + step * (count - 1))));
        if (dtype == DType.BOOL || (dtype.isIndex() && !held)) {
            throw new ShapeException(
                    "arange: " + dtype + " does not hold the numbers from " + start + " to " + end + " by " + step);
        }
        double[] values = new double[(int) count];
        for (int i = 0; i < values.length; i++) {
            values[i] = start + i * step;
        }
        if (dtype.isFloating()) {
            return ops.tensor(values, Shape.of(values.length), dtype);
        }
        long[] integers = Arrays.stream(values).mapToLong(value -> (long) value).toArray();
        return dtype == DType.I64
                ? ops.tensor(integers, integers.length)
                : ops.tensor(
                        Arrays.stream(integers).mapToInt(value -> (int) value).toArray(), integers.length);
    }

    private static boolean isInt(double value) {
        return (int) value == value;
    }

    static Tensor oneHot(ArrayOperations ops, Tensor index, int classes, DType dtype) {
        if (dtype == DType.BOOL || classes < 0) {
            throw new ShapeException(
                    "oneHot makes numbers of 0 or more classes, not " + dtype + " of " + classes + " classes", index);
        }
        Shape rows = Shape.of(Math.toIntExact(index.size()), 1);
        try (Scope scope = Scope.open()) {
            Tensor ones = ops.full(rows, dtype, 1);
            Tensor none = ops.zeros(rows.with(1, classes), dtype);
            Tensor hot = ops.scatterAdd(none, 1, ops.reshape(index, rows), ones);
            return scope.keep(
                    ops.reshape(hot, insert(index.shape(), index.shape().rank(), classes)));
        }
    }

    static Tensor unsqueeze(CoreOperations ops, Tensor x, int axis) {
        return ops.reshape(x, insert(x.shape(), newAxis(x, axis), 1));
    }

    /** {@code axis} of a shape with one more axis than x's. */
    private static int newAxis(Tensor x, int axis) {
        int rank = x.shape().rank() + 1;
        int at = axis < 0 ? axis + rank : axis;
        if (at < 0 || at >= rank) {
            throw new ShapeException(
                    "No new axis " + axis + " for shape " + x.shape() + ": it is in [" + -rank + ", " + (rank - 1)
                            + "]",
                    x);
        }
        return at;
    }

    private static Shape insert(Shape shape, int at, int extent) {
        int[] extents = new int[shape.rank() + 1];
        for (int i = 0; i < extents.length; i++) {
            extents[i] = i == at ? extent : shape.dim(i < at ? i : i - 1);
        }
        return Shape.of(extents);
    }

    static Tensor squeeze(CoreOperations ops, Tensor x, int... axes) {
        Shape shape = x.shape();
        boolean[] named = Operands.check(() -> shape.mark(axes), x);
        int[] kept = new int[shape.rank()];
        int rank = 0;
        for (int i = 0; i < kept.length; i++) {
            boolean single = shape.dim(i) == 1;
            if (axes.length > 0 && named[i] && !single) {
                throw new ShapeException(
                        "squeeze: axis " + i + " of shape " + shape + " has extent " + shape.dim(i)
                                + "; only an axis of extent 1 can go",
                        x);
            }
            if (!(named[i] && single)) {
                kept[rank++] = shape.dim(i);
            }
        }
        return ops.reshape(x, Shape.of(Arrays.copyOf(kept, rank)));
    }

    static Tensor stack(CoreOperations ops, int axis, Tensor... parts) {
        if (parts.length == 0) {
            throw new ShapeException("stack needs at least one tensor");
        }
        int at = newAxis(parts[0], axis);
        try (Scope scope = Scope.open()) {
            Tensor[] wide = new Tensor[parts.length];
            for (int i = 0; i < parts.length; i++) {
                if (!parts[i].shape().equals(parts[0].shape())) {
                    throw new ShapeException(
                            "stack: shapes " + parts[0].shape() + " and " + parts[i].shape() + " differ",
                            parts[0],
                            parts[i]);
                }
                wide[i] = unsqueeze(ops, parts[i], at);
            }
            return scope.keep(ops.concat(at, wide));
        }
    }

    static List<Tensor> split(CoreOperations ops, Tensor x, int axis, int... sizes) {
        int along = x.axis(axis);
        long total = 0;
        for (int size : sizes) {
            total += size;
        }
        if (total != x.dim(along) || Arrays.stream(sizes).anyMatch(size -> size < 0)) {
            throw new ShapeException(
                    "split: parts of " + Arrays.toString(sizes) + " do not make up axis " + axis + " of shape "
                            + x.shape(),
                    x);
        }
        int[] starts = new int[x.shape().rank()];
        int[] ends = x.shape().toArray();
        int[] steps = new int[ends.length];
        Arrays.fill(steps, 1);
        List<Tensor> parts = new ArrayList<>();
        try (Scope scope = Scope.open()) {
            for (int size : sizes) {
                ends[along] = starts[along] + size;
                parts.add(ops.slice(x, starts, ends, steps));
                starts[along] = ends[along];
            }
            parts.forEach(scope::keep);
        }
        return List.copyOf(parts);
    }

    static List<Tensor> chunk(CoreOperations ops, Tensor x, int axis, int count) {
        if (count < 1) {
            throw new ShapeException("chunk: " + count + " parts; there is at least one", x);
        }
        int extent = x.dim(axis);
        int size = (int) (((long) extent + count - 1) / count);
        int parts = extent == 0 ? count : (extent + size - 1) / size;
        int[] sizes = new int[parts];
        for (int i = 0; i < parts; i++) {
            sizes[i] = Math.min(size, extent - i * size);
        }
        return split(ops, x, axis, sizes);
    }

    static Tensor flip(ArrayOperations ops, Tensor x, int... axes) {
        boolean[] flipped = Operands.check(() -> x.shape().mark(axes), x);
        try (Scope scope = Scope.open()) {
            Tensor y = ops.reshape(x, x.shape());
            for (int axis = 0; axis < flipped.length; axis++) {
                if (flipped[axis]) {
                    y = ops.indexSelect(y, axis, ops.arange(x.dim(axis) - 1, -1, -1, DType.I64));
                }
            }
            return scope.keep(y);
        }
    }

    static Tensor repeat(CoreOperations ops, Tensor x, int... repeats) {
        int lead = repeats.length - x.shape().rank();
        if (lead < 0 || Arrays.stream(repeats).anyMatch(times -> times < 0)) {
            throw new ShapeException(
                    "repeat takes a number of 0 or more for each axis of " + x.shape() + ", got "
                            + Arrays.toString(repeats),
                    x);
        }
        // Before every axis one along which it is repeated.
        int[] single = new int[2 * repeats.length];
        int[] wide = new int[2 * repeats.length];
        int[] joined = new int[repeats.length];
        for (int i = 0; i < repeats.length; i++) {
            int extent = i < lead ? 1 : x.dim(i - lead);
            single[2 * i] = 1;
            single[2 * i + 1] = extent;
            wide[2 * i] = repeats[i];
            wide[2 * i + 1] = extent;
            joined[i] = Math.multiplyExact(repeats[i], extent);
        }
        try (Scope scope = Scope.open()) {
            Tensor copies = ops.broadcastTo(ops.reshape(x, Shape.of(single)), Shape.of(wide));
            return scope.keep(ops.reshape(copies, Shape.of(joined)));
        }
    }
}
