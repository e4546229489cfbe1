package dev.retort.tensor.dense;

import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Operands;
import dev.retort.tensor.Operation;
import dev.retort.tensor.ResultShapes;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.UndeclaredOperationException;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * What backends share wherever their memory lies: transfer, views and movement, for all dtypes. Arguments are checked here and results
 * allocated; a subclass brings memory and the few ways to write it, and gets arguments that fit. {@link DenseOperations} does the same
 * for arithmetic.
 */
public abstract class DenseBackend implements Backend {

    /** A new tensor with arbitrary contents. */
    protected abstract Tensor allocate(Shape shape, DType dtype);

    /** A new tensor that {@code compute} writes. If that fails, its memory goes back at once, not with the scope. */
    protected final Tensor result(Shape shape, DType dtype, Consumer<Tensor> compute) {
        Tensor y = allocate(shape, dtype);
        try {
            compute.accept(y);
        } catch (RuntimeException | Error failure) {
            y.close();
            throw failure;
        }
        return y;
    }

    /** Copies an array of x's element type and size into x. */
    protected abstract void write(Object values, Tensor x);

    /** Copies x into an array of its element type and size. */
    protected abstract void read(Tensor x, Object target);

    /** Sets every element. */
    protected abstract void fill(Tensor x, double value);

    /** y, of x's shape and another dtype, gets x's values, converted as {@link #cast} says. */
    protected abstract void convert(Tensor x, Tensor y);

    /** y[to + sum i*toStrides] = x[from + sum i*fromStrides] for all i in {@code extents}, whose dtypes are the same; all movement is this. */
    protected abstract void copy(
            Tensor x, long from, long[] fromStrides, Tensor y, long to, long[] toStrides, int[] extents);

    /** Copies all elements of x to y, of the same size and dtype. */
    protected final void copy(Tensor x, Tensor y) {
        long[] stride = {1};
        copy(x, 0, stride, y, 0, stride, new int[] {Math.toIntExact(x.size())});
    }

    /** y, I64 of x's shape: the order of the elements along {@code axis}, as {@link #argSort(Tensor, int, boolean)} says. */
    protected abstract void argSort(Tensor x, int axis, boolean descending, Tensor y);

    /**
     * Checks that an operation is declared and that every operand lives here.
     *
     * @throws UndeclaredOperationException if it is not declared for dtype
     */
    protected final void require(Operation operation, DType dtype, Tensor... operands) {
        if (!supports(operation, dtype)) {
            throw new UndeclaredOperationException(this, operation, dtype, operands);
        }
        requireHere(operation.toString(), operands);
    }

    /**
     * Checks that every operand that is given lives here: for fused operations, whose types and shapes {@link FusedGuards} check.
     *
     * @param operation its name, for the error
     * @param operands null where an optional one is missing
     * @throws ShapeException naming the first operand of another backend
     */
    protected final void requireHere(String operation, Tensor... operands) {
        Operands.note(this, operation, operands);
        for (Tensor operand : operands) {
            if (operand != null && operand.backend() != this) {
                throw Operands.elsewhere(this, operation, operand);
            }
        }
    }

    /** Checks that both operands have one dtype. */
    protected static void requireSameType(Operation operation, Tensor a, Tensor b) {
        if (a.dtype() != b.dtype()) {
            throw new ShapeException(operation + ": operands have types " + a.dtype() + " and " + b.dtype()
                    + " (shapes " + a.shape() + " and " + b.shape() + "): cast one");
        }
    }

    @Override
    public Tensor upload(Object values, Shape shape, DType dtype) {
        require(Operation.UPLOAD, dtype);
        checkArray(values, shape, dtype);
        return result(shape, dtype, x -> write(values, x));
    }

    @Override
    public void download(Tensor x, Object target) {
        require(Operation.DOWNLOAD, x.dtype());
        checkArray(target, x.shape(), x.dtype());
        read(x, target);
    }

    private static void checkArray(Object array, Shape shape, DType dtype) {
        Class<?> wanted =
                switch (dtype) {
                    case F32 -> float[].class;
                    case F64 -> double[].class;
                    case I32 -> int[].class;
                    case I64 -> long[].class;
                    case BOOL -> byte[].class;
                };
        if (array.getClass() != wanted || Array.getLength(array) != shape.size()) {
            String length = array.getClass().isArray() ? " of length " + Array.getLength(array) : "";
            throw new ShapeException("A " + array.getClass().getSimpleName() + length + " does not fit a tensor "
                    + dtype + " " + shape + ", which wants a " + wanted.getSimpleName() + " of length " + shape.size());
        }
    }

    @Override
    public Tensor full(Shape shape, DType dtype, double value) {
        require(Operation.FULL, dtype);
        return result(shape, dtype, x -> fill(x, value));
    }

    @Override
    public Tensor cast(Tensor x, DType target) {
        require(Operation.CAST, x.dtype(), x);
        require(Operation.CAST, target);
        return result(x.shape(), target, y -> {
            if (x.dtype() == target) {
                copy(x, y);
            } else {
                convert(x, y);
            }
        });
    }

    @Override
    public Tensor reshape(Tensor x, Shape shape) {
        require(Operation.RESHAPE, x.dtype(), x);
        if (shape.size() != x.size()) {
            throw new ShapeException("Cannot reshape " + x.shape() + " (" + x.size() + " elements) to " + shape + " ("
                    + shape.size() + ")");
        }
        return view(x, shape, x.offset());
    }

    @Override
    public Tensor narrow(Tensor x, int start, int length) {
        require(Operation.NARROW, x.dtype(), x);
        if (x.shape().rank() == 0 || start < 0 || length < 0 || length > x.dim(0) - start) {
            throw new ShapeException(
                    "Rows [" + start + ", " + ((long) start + length) + ") do not lie inside " + x.shape());
        }
        Shape shape = x.shape().with(0, length);
        long row = x.shape().strides()[0];
        return view(x, shape, x.offset() + start * row);
    }

    private Tensor view(Tensor x, Shape shape, long offset) {
        x.storage().retain();
        return new Tensor(this, shape, x.dtype(), x.storage(), offset);
    }

    @Override
    public Tensor permute(Tensor x, int[] axes) {
        require(Operation.PERMUTE, x.dtype(), x);
        Shape shape = ResultShapes.permute(x.shape(), axes);
        long[] own = x.shape().strides();
        long[] strides = new long[axes.length];
        for (int i = 0; i < axes.length; i++) {
            strides[i] = own[x.shape().axis(axes[i])];
        }
        return result(shape, x.dtype(), y -> copy(x, 0, strides, y, 0, shape.strides(), shape.toArray()));
    }

    @Override
    public Tensor pad(Tensor x, int[] before, int[] after, double value) {
        require(Operation.PAD, x.dtype(), x);
        int rank = x.shape().rank();
        if (before.length != rank || after.length != rank) {
            throw new ShapeException(
                    "pad: " + before.length + " and " + after.length + " widths for shape " + x.shape());
        }
        int[] extents = x.shape().toArray();
        for (int i = 0; i < rank; i++) {
            if (before[i] < 0 || after[i] < 0) {
                throw new ShapeException("pad: negative width for axis " + i + " of shape " + x.shape());
            }
            extents[i] += before[i] + after[i];
        }
        return result(Shape.of(extents), x.dtype(), y -> {
            fill(y, value);
            long[] strides = y.shape().strides();
            copy(
                    x,
                    0,
                    x.shape().strides(),
                    y,
                    place(before, strides),
                    strides,
                    x.shape().toArray());
        });
    }

    private static long place(int[] index, long[] strides) {
        long place = 0;
        for (int i = 0; i < index.length; i++) {
            place += index[i] * strides[i];
        }
        return place;
    }

    @Override
    public Tensor slice(Tensor x, int[] starts, int[] ends, int[] steps) {
        require(Operation.SLICE, x.dtype(), x);
        int rank = x.shape().rank();
        if (starts.length != rank || ends.length != rank || steps.length != rank) {
            throw new ShapeException("slice: wants one start, end and step for each axis of " + x.shape());
        }
        int[] extents = new int[rank];
        long[] strides = x.shape().strides();
        long start = place(starts, strides);
        for (int i = 0; i < rank; i++) {
            if (starts[i] < 0 || ends[i] < starts[i] || ends[i] > x.dim(i) || steps[i] < 1) {
                throw new ShapeException("slice: [" + starts[i] + ", " + ends[i] + ") by " + steps[i]
                        + " does not lie inside axis " + i + " of " + x.shape());
            }
            extents[i] = (int) ((ends[i] - starts[i] + (steps[i] - 1L)) / steps[i]);
            strides[i] *= steps[i];
        }
        return result(
                Shape.of(extents),
                x.dtype(),
                y -> copy(x, start, strides, y, 0, y.shape().strides(), extents));
    }

    @Override
    public Tensor sliceGradient(Tensor g, Shape shape, int[] starts, int[] steps) {
        require(Operation.SLICE_GRADIENT, g.dtype(), g);
        checkSliceGradient(g.shape(), shape, starts, steps);
        long[] strides = shape.strides();
        long start = place(starts, strides);
        for (int i = 0; i < strides.length; i++) {
            strides[i] *= steps[i];
        }
        return result(shape, g.dtype(), y -> {
            fill(y, 0);
            copy(g, 0, g.shape().strides(), y, start, strides, g.shape().toArray());
        });
    }

    private static void checkSliceGradient(Shape g, Shape shape, int[] starts, int[] steps) {
        int rank = shape.rank();
        boolean fits = g.rank() == rank && starts.length == rank && steps.length == rank;
        for (int i = 0; fits && i < rank; i++) {
            long last = starts[i] + (g.dim(i) - 1L) * steps[i];
            fits = starts[i] >= 0 && steps[i] >= 1 && (g.dim(i) == 0 || last < shape.dim(i));
        }
        if (!fits) {
            throw new ShapeException("sliceGradient: a gradient of shape " + g + " from " + Arrays.toString(starts)
                    + " by " + Arrays.toString(steps) + " does not lie inside " + shape);
        }
    }

    @Override
    public Tensor concat(int axis, Tensor... parts) {
        if (parts.length == 0) {
            throw new ShapeException("concat needs at least one tensor");
        }
        Tensor first = parts[0];
        require(Operation.CONCAT, first.dtype(), parts);
        int joined = first.shape().axis(axis);
        int total = 0;
        for (Tensor part : parts) {
            requireSameType(Operation.CONCAT, first, part);
            if (part.shape().rank() != first.shape().rank()
                    || !part.shape().with(joined, 0).equals(first.shape().with(joined, 0))) {
                throw new ShapeException(
                        "concat along axis " + axis + ": shapes " + first.shape() + " and " + part.shape() + " differ");
            }
            total += part.dim(joined);
        }
        return result(first.shape().with(joined, total), first.dtype(), y -> {
            long[] strides = y.shape().strides();
            long start = 0;
            for (Tensor part : parts) {
                int[] extents = part.shape().toArray();
                copy(part, 0, part.shape().strides(), y, start, strides, extents);
                start += part.dim(joined) * strides[joined];
            }
        });
    }

    @Override
    public Tensor broadcastTo(Tensor x, Shape shape) {
        require(Operation.BROADCAST_TO, x.dtype(), x);
        long[] strides = x.shape().broadcastStrides(shape);
        return result(shape, x.dtype(), y -> copy(x, 0, strides, y, 0, shape.strides(), shape.toArray()));
    }

    @Override
    public Tensor argSort(Tensor x, int axis, boolean descending) {
        require(Operation.ARG_SORT, x.dtype(), x);
        int along = x.axis(axis);
        return result(x.shape(), DType.I64, y -> argSort(x, along, descending, y));
    }

    @Override
    public void assign(Tensor target, Tensor source) {
        require(Operation.ASSIGN, target.dtype(), target, source);
        requireSame(Operation.ASSIGN, target, source);
        copy(source, target);
        target.storage().bumpVersion();
    }

    /** Checks that two tensors have one dtype and one shape. */
    protected static void requireSame(Operation operation, Tensor a, Tensor b) {
        requireSameType(operation, a, b);
        if (!a.shape().equals(b.shape())) {
            throw new ShapeException(operation + ": shapes " + a.shape() + " and " + b.shape() + " differ");
        }
    }
}
