package dev.retort.tensor.dense;

import dev.retort.tensor.BinaryOp;
import dev.retort.tensor.CompareOp;
import dev.retort.tensor.Conv2dSpec;
import dev.retort.tensor.DType;
import dev.retort.tensor.GemmSpec;
import dev.retort.tensor.LogicalOp;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Pool2dSpec;
import dev.retort.tensor.ReduceOp;
import dev.retort.tensor.ResultShapes;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.UnaryOp;
import java.util.function.Consumer;

/**
 * The arithmetic of backends, but for the loops: says what is declared, checks arguments and allocates results, so that every such
 * backend refuses the same calls. A subclass brings one loop or kernel per operation; its arguments are checked, its result y has
 * arbitrary contents. Floating types of any backend are F32 and F64.
 */
public abstract class DenseOperations extends DenseBackend {

    @Override
    public boolean supports(Operation operation, DType dtype) {
        return switch (operation) {
            case UPLOAD, DOWNLOAD, FULL, CAST, RESHAPE, NARROW, PERMUTE, PAD, SLICE, SLICE_GRADIENT -> true;
            case CONCAT, BROADCAST_TO, COMPARE, WHERE, INDEX_SELECT, GATHER, ARG_SORT, ASSIGN -> true;
            case BINARY, CLAMP, REDUCE, ARG_REDUCE, CUMSUM, INDEX_ADD, SCATTER_ADD -> dtype != DType.BOOL;
            case LOGICAL -> dtype == DType.BOOL;
            case UNARY, GEMM, CONV2D, CONV2D_INPUT_GRADIENT, CONV2D_WEIGHT_GRADIENT, AXPY -> dtype.isFloating();
            case MAX_POOL2D, MAX_POOL2D_GRADIENT, RESIZE_NEAREST, RESIZE_NEAREST_GRADIENT -> dtype.isFloating();
        };
    }

    // Elementwise

    @Override
    public Tensor unary(UnaryOp op, Tensor x) {
        require(Operation.UNARY, x.dtype(), x);
        return result(x.shape(), x.dtype(), y -> unary(op, x, y));
    }

    /** y = f(x), floating. */
    protected abstract void unary(UnaryOp op, Tensor x, Tensor y);

    /** Integers wrap around, their quotient is rounded down; they have no POW. */
    @Override
    public Tensor binary(BinaryOp op, Tensor a, Tensor b) {
        require(Operation.BINARY, a.dtype(), a, b);
        requireSameType(Operation.BINARY, a, b);
        if (!a.dtype().isFloating()) {
            checkIntegers(op, b);
        }
        return result(Shape.broadcast(a.shape(), b.shape()), a.dtype(), y -> binary(op, a, b, y));
    }

    /** What integers cannot do: powers, and division by zero. */
    private void checkIntegers(BinaryOp op, Tensor b) {
        if (op == BinaryOp.POW) {
            throw new ShapeException("POW takes floating types, got " + b.dtype() + ": cast the operands");
        }
        if (op == BinaryOp.DIV) {
            checkDivisor(b);
        }
    }

    /** Refuses an integer tensor that has a zero, by {@link #divisionByZero}. */
    protected abstract void checkDivisor(Tensor b);

    /** The error of a zero at {@code place}, row-major, of the divisor b. */
    protected static ArithmeticException divisionByZero(Tensor b, long place) {
        return new ArithmeticException(
                "Integer division by zero: element " + place + " of the divisor, shape " + b.shape());
    }

    /** y = a op b, broadcast; floating or integer. */
    protected abstract void binary(BinaryOp op, Tensor a, Tensor b, Tensor y);

    @Override
    public Tensor compare(CompareOp op, Tensor a, Tensor b) {
        require(Operation.COMPARE, a.dtype(), a, b);
        requireSameType(Operation.COMPARE, a, b);
        if (a.dtype() == DType.BOOL && op != CompareOp.EQ && op != CompareOp.NE) {
            throw new ShapeException("compare: truth values have no order, so no " + op + "; only EQ and NE");
        }
        return result(Shape.broadcast(a.shape(), b.shape()), DType.BOOL, y -> compare(op, a, b, y));
    }

    /** y = a op b, broadcast; any dtype, y BOOL. */
    protected abstract void compare(CompareOp op, Tensor a, Tensor b, Tensor y);

    @Override
    public Tensor logical(LogicalOp op, Tensor a, Tensor b) {
        require(Operation.LOGICAL, a.dtype(), a, b);
        requireSameType(Operation.LOGICAL, a, b);
        return result(Shape.broadcast(a.shape(), b.shape()), DType.BOOL, y -> logical(op, a, b, y));
    }

    /** y = a op b, broadcast; all BOOL. */
    protected abstract void logical(LogicalOp op, Tensor a, Tensor b, Tensor y);

    @Override
    public Tensor where(Tensor condition, Tensor a, Tensor b) {
        require(Operation.WHERE, a.dtype(), condition, a, b);
        requireSameType(Operation.WHERE, a, b);
        if (condition.dtype() != DType.BOOL) {
            throw new ShapeException("where: the condition is BOOL, got " + condition.dtype() + " of shape "
                    + condition.shape() + "; make one by compare");
        }
        Shape shape = Shape.broadcast(condition.shape(), Shape.broadcast(a.shape(), b.shape()));
        return result(shape, a.dtype(), y -> where(condition, a, b, y));
    }

    /** y = condition ? a : b, broadcast; any dtype. */
    protected abstract void where(Tensor condition, Tensor a, Tensor b, Tensor y);

    @Override
    public Tensor clamp(Tensor x, double low, double high) {
        require(Operation.CLAMP, x.dtype(), x);
        if (!(low <= high)) {
            throw new ShapeException("clamp: bounds [" + low + ", " + high + "] hold nothing");
        }
        return result(x.shape(), x.dtype(), y -> clamp(x, low, high, y));
    }

    /** y = min(max(x, low), high); floating or integer. */
    protected abstract void clamp(Tensor x, double low, double high, Tensor y);

    // Reductions

    @Override
    public Tensor reduce(ReduceOp op, Tensor x, int[] axes, boolean keepDims) {
        require(Operation.REDUCE, x.dtype(), x);
        return result(ResultShapes.reduce(op, x, axes, keepDims), x.dtype(), y -> reduce(op, x, axes, y));
    }

    /** y = x reduced over {@code axes}; floating or integer. */
    protected abstract void reduce(ReduceOp op, Tensor x, int[] axes, Tensor y);

    @Override
    public Tensor argReduce(boolean largest, Tensor x, int axis) {
        require(Operation.ARG_REDUCE, x.dtype(), x);
        return result(ResultShapes.argReduce(x, axis), DType.I64, y -> argReduce(largest, x, axis, y));
    }

    /** y, I64: the places of the extremes along {@code axis}; floating or integer. */
    protected abstract void argReduce(boolean largest, Tensor x, int axis, Tensor y);

    @Override
    public Tensor cumsum(Tensor x, int axis) {
        require(Operation.CUMSUM, x.dtype(), x);
        x.shape().axis(axis);
        return result(x.shape(), x.dtype(), y -> cumsum(x, axis, y));
    }

    /** y = running sums of x along {@code axis}; floating or integer. */
    protected abstract void cumsum(Tensor x, int axis, Tensor y);

    // Products

    @Override
    public Tensor gemm(Tensor a, Tensor b, GemmSpec spec, Shape shape) {
        require(Operation.GEMM, a.dtype(), a, b);
        requireSameType(Operation.GEMM, a, b);
        spec.check(a.shape(), b.shape(), shape);
        return result(shape, a.dtype(), y -> {
            if (!spec.coversOutput(shape.size()) || spec.k() == 0) {
                fill(y, 0);
            }
            if (spec.k() > 0) {
                gemm(a, b, spec, y);
            }
        });
    }

    /** Writes the products of {@code spec} into y, k > 0; floating. */
    protected abstract void gemm(Tensor a, Tensor b, GemmSpec spec, Tensor y);

    @Override
    public Tensor conv2d(Tensor x, Tensor weight, Conv2dSpec spec) {
        return conv2d(x, weight, spec, y -> conv2d(x, weight, spec, y));
    }

    /** Checks the operands of {@link #conv2d(Tensor, Tensor, Conv2dSpec)}, and has {@code compute} write its result. */
    protected final Tensor conv2d(Tensor x, Tensor weight, Conv2dSpec spec, Consumer<Tensor> compute) {
        require(Operation.CONV2D, x.dtype(), x, weight);
        requireSameType(Operation.CONV2D, x, weight);
        return result(spec.outputShape(x.shape(), weight.shape()), x.dtype(), compute);
    }

    /** y = x convolved with {@code weight}; floating. */
    protected abstract void conv2d(Tensor x, Tensor weight, Conv2dSpec spec, Tensor y);

    @Override
    public Tensor conv2dInputGradient(Tensor g, Tensor weight, Shape input, Conv2dSpec spec) {
        require(Operation.CONV2D_INPUT_GRADIENT, g.dtype(), g, weight);
        requireSameType(Operation.CONV2D_INPUT_GRADIENT, g, weight);
        ResultShapes.convolutionGradient(g, input, weight.shape(), spec);
        return result(input, g.dtype(), y -> conv2dInputGradient(g, weight, spec, y));
    }

    /** y, of the input's shape: the gradient with respect to it; floating. */
    protected abstract void conv2dInputGradient(Tensor g, Tensor weight, Conv2dSpec spec, Tensor y);

    @Override
    public Tensor conv2dWeightGradient(Tensor x, Tensor g, Shape weight, Conv2dSpec spec) {
        require(Operation.CONV2D_WEIGHT_GRADIENT, x.dtype(), x, g);
        requireSameType(Operation.CONV2D_WEIGHT_GRADIENT, x, g);
        ResultShapes.convolutionGradient(g, x.shape(), weight, spec);
        return result(weight, x.dtype(), y -> conv2dWeightGradient(x, g, spec, y));
    }

    /** y, of the weight's shape: the gradient with respect to it; floating. */
    protected abstract void conv2dWeightGradient(Tensor x, Tensor g, Conv2dSpec spec, Tensor y);

    // Resampling

    @Override
    public Pooled maxPool2d(Tensor x, Pool2dSpec spec) {
        require(Operation.MAX_POOL2D, x.dtype(), x);
        Shape shape = spec.outputShape(x.shape());
        try (Scope scope = Scope.open()) {
            Tensor values = allocate(shape, x.dtype());
            Tensor indices = allocate(shape, DType.I32);
            maxPool2d(x, spec, values, indices);
            return new Pooled(scope.keep(values), scope.keep(indices));
        }
    }

    /** The largest of each window and their places, I32; floating. */
    protected abstract void maxPool2d(Tensor x, Pool2dSpec spec, Tensor values, Tensor indices);

    @Override
    public Tensor maxPool2dGradient(Tensor g, Tensor indices, Shape input) {
        require(Operation.MAX_POOL2D_GRADIENT, g.dtype(), g, indices);
        ResultShapes.maxPool2dGradient(g, indices, input);
        checkIndices(Operation.MAX_POOL2D_GRADIENT, indices, input.dim(1) * input.dim(2));
        return result(input, g.dtype(), y -> maxPool2dGradient(g, indices, y));
    }

    /** y, of the input's shape: zero, with each g added where its index points; floating. */
    protected abstract void maxPool2dGradient(Tensor g, Tensor indices, Tensor y);

    @Override
    public Tensor resizeNearest(Tensor x, int height, int width) {
        require(Operation.RESIZE_NEAREST, x.dtype(), x);
        return result(ResultShapes.resizeNearest(x.shape(), height, width), x.dtype(), y -> resizeNearest(x, y));
    }

    /** y = x resized to y's height and width; floating. */
    protected abstract void resizeNearest(Tensor x, Tensor y);

    @Override
    public Tensor resizeNearestGradient(Tensor g, Shape input) {
        require(Operation.RESIZE_NEAREST_GRADIENT, g.dtype(), g);
        ResultShapes.resizeNearestGradient(g, input);
        return result(input, g.dtype(), y -> resizeNearestGradient(g, y));
    }

    /** y, of the input's shape: the sums of g over the copies of each pixel; floating. */
    protected abstract void resizeNearestGradient(Tensor g, Tensor y);

    // Indexing

    /** Refuses an I32 or I64 tensor that has an element outside [0, extent), by {@link ResultShapes#indexOutOfRange}. */
    protected abstract void checkIndices(Operation operation, Tensor index, int extent);

    @Override
    public Tensor indexSelect(Tensor x, int axis, Tensor index) {
        require(Operation.INDEX_SELECT, x.dtype(), x, index);
        Shape shape = ResultShapes.indexSelect(x, axis, index);
        checkIndices(Operation.INDEX_SELECT, index, x.dim(axis));
        return result(shape, x.dtype(), y -> indexSelect(x, x.axis(axis), index, y));
    }

    /** y = the slices of x that {@code index} names; any dtype. */
    protected abstract void indexSelect(Tensor x, int axis, Tensor index, Tensor y);

    @Override
    public Tensor indexAdd(Tensor x, int axis, Tensor index, Tensor source) {
        require(Operation.INDEX_ADD, x.dtype(), x, index, source);
        Shape shape = ResultShapes.indexAdd(x, axis, index, source);
        checkIndices(Operation.INDEX_ADD, index, x.dim(axis));
        return result(shape, x.dtype(), y -> indexAdd(x, x.axis(axis), index, source, y));
    }

    /** y = x plus the slices of {@code source} at the places that {@code index} names; floating or integer. */
    protected abstract void indexAdd(Tensor x, int axis, Tensor index, Tensor source, Tensor y);

    @Override
    public Tensor gather(Tensor x, int axis, Tensor index) {
        require(Operation.GATHER, x.dtype(), x, index);
        Shape shape = ResultShapes.gather(x, axis, index);
        checkIndices(Operation.GATHER, index, x.dim(axis));
        return result(shape, x.dtype(), y -> gather(x, x.axis(axis), index, y));
    }

    /** y = the elements of x that {@code index}, of y's shape, names; any dtype. */
    protected abstract void gather(Tensor x, int axis, Tensor index, Tensor y);

    @Override
    public Tensor scatterAdd(Tensor x, int axis, Tensor index, Tensor source) {
        require(Operation.SCATTER_ADD, x.dtype(), x, index, source);
        Shape shape = ResultShapes.scatterAdd(x, axis, index, source);
        checkIndices(Operation.SCATTER_ADD, index, x.dim(axis));
        return result(shape, x.dtype(), y -> scatterAdd(x, x.axis(axis), index, source, y));
    }

    /** y = x plus each element of {@code source} at the place that {@code index}, of its shape, names; floating or integer. */
    protected abstract void scatterAdd(Tensor x, int axis, Tensor index, Tensor source, Tensor y);

    // In place

    @Override
    public void axpy(Tensor target, double alpha, Tensor source) {
        require(Operation.AXPY, target.dtype(), target, source);
        requireSame(Operation.AXPY, target, source);
        addScaled(target, alpha, source);
        target.storage().bumpVersion();
    }

    /** target += alpha*source; floating. */
    protected abstract void addScaled(Tensor target, double alpha, Tensor source);

    /** Checks what an optimizer steps on: {@code value} and tensors of its dtype and shape, all here. */
    protected final void requireStep(Tensor value, Tensor... others) {
        require(Operation.AXPY, value.dtype(), value);
        require(Operation.AXPY, value.dtype(), others);
        for (Tensor other : others) {
            requireSame(Operation.AXPY, value, other);
        }
    }
}
