package dev.retort.tensor.reference;

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
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.UnaryOp;
import dev.retort.tensor.heap.HeapBackend;

/**
 * The oracle: every operation is its formula, in float64 (F32 results are rounded once, on store), on one thread. Products are
 * EJML's. It is written to be read, and every other backend and every gradient rule is held against it.
 *
 * <p>This class checks arguments and allocates; the formulas are in {@link Elementwise}, {@link Reductions},
 * {@link MatrixProducts}, {@link Convolutions}, {@link Resampling} and {@link Indexing}.
 */
public class ReferenceBackend extends HeapBackend {
    static final String NAME = "reference";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String describe() {
        return "reference: plain Java, float64 arithmetic, 1 thread";
    }

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
        Tensor y = allocate(x.shape(), x.dtype());
        Elementwise.unary(op, x, y);
        return y;
    }

    /** Integers wrap around, their quotient is rounded down; they have no POW. */
    @Override
    public Tensor binary(BinaryOp op, Tensor a, Tensor b) {
        require(Operation.BINARY, a.dtype(), a, b);
        requireSameType(Operation.BINARY, a, b);
        if (!a.dtype().isFloating()) {
            Elementwise.checkIntegers(op, b);
        }
        Tensor y = allocate(Shape.broadcast(a.shape(), b.shape()), a.dtype());
        Elementwise.binary(op, a, b, y);
        return y;
    }

    @Override
    public Tensor compare(CompareOp op, Tensor a, Tensor b) {
        require(Operation.COMPARE, a.dtype(), a, b);
        requireSameType(Operation.COMPARE, a, b);
        if (a.dtype() == DType.BOOL && op != CompareOp.EQ && op != CompareOp.NE) {
            throw new ShapeException("compare: truth values have no order, so no " + op + "; only EQ and NE");
        }
        Tensor y = allocate(Shape.broadcast(a.shape(), b.shape()), DType.BOOL);
        Elementwise.compare(op, a, b, y);
        return y;
    }

    @Override
    public Tensor logical(LogicalOp op, Tensor a, Tensor b) {
        require(Operation.LOGICAL, a.dtype(), a, b);
        requireSameType(Operation.LOGICAL, a, b);
        Tensor y = allocate(Shape.broadcast(a.shape(), b.shape()), DType.BOOL);
        Elementwise.logical(op, a, b, y);
        return y;
    }

    @Override
    public Tensor where(Tensor condition, Tensor a, Tensor b) {
        require(Operation.WHERE, a.dtype(), condition, a, b);
        requireSameType(Operation.WHERE, a, b);
        if (condition.dtype() != DType.BOOL) {
            throw new ShapeException("where: the condition is BOOL, got " + condition.dtype() + " of shape "
                    + condition.shape() + "; make one by compare");
        }
        Shape shape = Shape.broadcast(condition.shape(), Shape.broadcast(a.shape(), b.shape()));
        Tensor y = allocate(shape, a.dtype());
        Elementwise.where(condition, a, b, y);
        return y;
    }

    @Override
    public Tensor clamp(Tensor x, double low, double high) {
        require(Operation.CLAMP, x.dtype(), x);
        if (!(low <= high)) {
            throw new ShapeException("clamp: bounds [" + low + ", " + high + "] hold nothing");
        }
        Tensor y = allocate(x.shape(), x.dtype());
        Elementwise.clamp(x, low, high, y);
        return y;
    }

    // Reductions

    @Override
    public Tensor reduce(ReduceOp op, Tensor x, int[] axes, boolean keepDims) {
        require(Operation.REDUCE, x.dtype(), x);
        Tensor y = allocate(ResultShapes.reduce(op, x, axes, keepDims), x.dtype());
        Reductions.reduce(op, x, axes, y);
        return y;
    }

    @Override
    public Tensor argReduce(boolean largest, Tensor x, int axis) {
        require(Operation.ARG_REDUCE, x.dtype(), x);
        Tensor y = allocate(ResultShapes.argReduce(x, axis), DType.I64);
        Reductions.argReduce(largest, x, axis, y);
        return y;
    }

    @Override
    public Tensor cumsum(Tensor x, int axis) {
        require(Operation.CUMSUM, x.dtype(), x);
        x.shape().axis(axis);
        Tensor y = allocate(x.shape(), x.dtype());
        Reductions.cumsum(x, axis, y);
        return y;
    }

    // Linear algebra

    @Override
    public Tensor gemm(Tensor a, Tensor b, GemmSpec spec, Shape shape) {
        require(Operation.GEMM, a.dtype(), a, b);
        requireSameType(Operation.GEMM, a, b);
        spec.check(a.shape(), b.shape(), shape);
        Tensor y = full(shape, a.dtype(), 0);
        MatrixProducts.gemm(a, b, spec, y);
        return y;
    }

    // Convolution and resampling

    @Override
    public Tensor conv2d(Tensor x, Tensor weight, Conv2dSpec spec) {
        require(Operation.CONV2D, x.dtype(), x, weight);
        requireSameType(Operation.CONV2D, x, weight);
        Tensor y = allocate(spec.outputShape(x.shape(), weight.shape()), x.dtype());
        Convolutions.forward(x, weight, spec, y);
        return y;
    }

    @Override
    public Tensor conv2dInputGradient(Tensor g, Tensor weight, Shape input, Conv2dSpec spec) {
        require(Operation.CONV2D_INPUT_GRADIENT, g.dtype(), g, weight);
        requireSameType(Operation.CONV2D_INPUT_GRADIENT, g, weight);
        ResultShapes.convolutionGradient(g, input, weight.shape(), spec);
        Tensor y = allocate(input, g.dtype());
        Convolutions.inputGradient(g, weight, input, spec, y);
        return y;
    }

    @Override
    public Tensor conv2dWeightGradient(Tensor x, Tensor g, Shape weight, Conv2dSpec spec) {
        require(Operation.CONV2D_WEIGHT_GRADIENT, x.dtype(), x, g);
        requireSameType(Operation.CONV2D_WEIGHT_GRADIENT, x, g);
        ResultShapes.convolutionGradient(g, x.shape(), weight, spec);
        Tensor y = allocate(weight, x.dtype());
        Convolutions.weightGradient(x, g, weight, spec, y);
        return y;
    }

    @Override
    public Pooled maxPool2d(Tensor x, Pool2dSpec spec) {
        require(Operation.MAX_POOL2D, x.dtype(), x);
        Shape shape = spec.outputShape(x.shape());
        Tensor values = allocate(shape, x.dtype());
        Tensor indices = allocate(shape, DType.I32);
        Resampling.maxPool2d(x, spec, values, indices);
        return new Pooled(values, indices);
    }

    @Override
    public Tensor maxPool2dGradient(Tensor g, Tensor indices, Shape input) {
        require(Operation.MAX_POOL2D_GRADIENT, g.dtype(), g, indices);
        ResultShapes.maxPool2dGradient(g, indices, input);
        Resampling.checkPooled(indices, input);
        Tensor y = allocate(input, g.dtype());
        Resampling.maxPool2dGradient(g, indices, y);
        return y;
    }

    @Override
    public Tensor resizeNearest(Tensor x, int height, int width) {
        require(Operation.RESIZE_NEAREST, x.dtype(), x);
        Tensor y = allocate(ResultShapes.resizeNearest(x.shape(), height, width), x.dtype());
        Resampling.resizeNearest(x, y);
        return y;
    }

    @Override
    public Tensor resizeNearestGradient(Tensor g, Shape input) {
        require(Operation.RESIZE_NEAREST_GRADIENT, g.dtype(), g);
        ResultShapes.resizeNearestGradient(g, input);
        Tensor y = allocate(input, g.dtype());
        Resampling.resizeNearestGradient(g, y);
        return y;
    }

    // Indexing

    @Override
    public Tensor indexSelect(Tensor x, int axis, Tensor index) {
        require(Operation.INDEX_SELECT, x.dtype(), x, index);
        Shape shape = ResultShapes.indexSelect(x, axis, index);
        int[] indices = Indexing.read(Operation.INDEX_SELECT, index, x.dim(axis));
        Tensor y = allocate(shape, x.dtype());
        Indexing.select(x, Indexing.alongIndex(x.shape(), axis, indices, shape), y);
        return y;
    }

    @Override
    public Tensor indexAdd(Tensor x, int axis, Tensor index, Tensor source) {
        require(Operation.INDEX_ADD, x.dtype(), x, index, source);
        Shape shape = ResultShapes.indexAdd(x, axis, index, source);
        int[] indices = Indexing.read(Operation.INDEX_ADD, index, x.dim(axis));
        Tensor y = allocate(shape, x.dtype());
        Indexing.add(x, Indexing.alongIndex(shape, axis, indices, source.shape()), source, y);
        return y;
    }

    @Override
    public Tensor gather(Tensor x, int axis, Tensor index) {
        require(Operation.GATHER, x.dtype(), x, index);
        Shape shape = ResultShapes.gather(x, axis, index);
        int[] indices = Indexing.read(Operation.GATHER, index, x.dim(axis));
        Tensor y = allocate(shape, x.dtype());
        Indexing.select(x, Indexing.everyIndex(x.shape(), axis, indices, shape), y);
        return y;
    }

    @Override
    public Tensor scatterAdd(Tensor x, int axis, Tensor index, Tensor source) {
        require(Operation.SCATTER_ADD, x.dtype(), x, index, source);
        Shape shape = ResultShapes.scatterAdd(x, axis, index, source);
        int[] indices = Indexing.read(Operation.SCATTER_ADD, index, x.dim(axis));
        Tensor y = allocate(shape, x.dtype());
        Indexing.add(x, Indexing.everyIndex(shape, axis, indices, index.shape()), source, y);
        return y;
    }

    // In place

    @Override
    public void axpy(Tensor target, double alpha, Tensor source) {
        require(Operation.AXPY, target.dtype(), target, source);
        requireSame(Operation.AXPY, target, source);
        Elementwise.axpy(target, alpha, source);
        target.storage().bumpVersion();
    }
}
