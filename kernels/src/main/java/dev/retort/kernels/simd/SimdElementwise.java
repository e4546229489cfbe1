package dev.retort.kernels.simd;

import dev.retort.tensor.BinaryOp;
import dev.retort.tensor.CompareOp;
import dev.retort.tensor.DType;
import dev.retort.tensor.LogicalOp;
import dev.retort.tensor.Operation;
import dev.retort.tensor.ResultShapes;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.UnaryOp;
import dev.retort.tensor.heap.HeapBackend;
import dev.retort.tensor.heap.HeapStorage;
import dev.retort.tensor.reference.Elementwise;

/**
 * What the simd backend declares, and its elementwise operations: checks arguments, allocates, and hands float arrays to the
 * kernels. Integers and truth values, which no hot path computes with, go through the reference's formulas.
 */
abstract class SimdElementwise extends HeapBackend {
    final Engine engine;
    final Runs runs;
    final Parallel parallel;

    SimdElementwise(Engine engine, Runs runs) {
        this.engine = engine;
        this.runs = runs;
        parallel = engine.parallel();
    }

    @Override
    public final boolean supports(Operation operation, DType dtype) {
        if (dtype == DType.F64) {
            return false;
        }
        return switch (operation) {
            case UPLOAD, DOWNLOAD, FULL, CAST, RESHAPE, NARROW, PERMUTE, PAD, SLICE, SLICE_GRADIENT -> true;
            case CONCAT, BROADCAST_TO, COMPARE, WHERE, INDEX_SELECT, GATHER, ARG_SORT, ASSIGN -> true;
            case BINARY, CLAMP, REDUCE, ARG_REDUCE, CUMSUM, INDEX_ADD, SCATTER_ADD -> dtype != DType.BOOL;
            case LOGICAL -> dtype == DType.BOOL;
            case UNARY, GEMM, CONV2D, CONV2D_INPUT_GRADIENT, CONV2D_WEIGHT_GRADIENT, AXPY -> dtype == DType.F32;
            case MAX_POOL2D, MAX_POOL2D_GRADIENT, RESIZE_NEAREST, RESIZE_NEAREST_GRADIENT -> dtype == DType.F32;
        };
    }

    static float[] floats(Tensor x) {
        return HeapStorage.floats(x);
    }

    static int offset(Tensor x) {
        return HeapStorage.offset(x);
    }

    static int size(Tensor x) {
        return (int) x.size();
    }

    // Movement

    @Override
    public Tensor cast(Tensor x, DType target) {
        require(Operation.CAST, x.dtype(), x);
        require(Operation.CAST, target);
        if (!CastLoops.has(x.dtype(), target)) {
            return super.cast(x, target);
        }
        Tensor y = allocate(x.shape(), target);
        parallel.forRange(size(x), Broadcast.GRAIN, (from, to) -> CastLoops.cast(x, y, from, to));
        return y;
    }

    @Override
    public Tensor permute(Tensor x, int[] axes) {
        require(Operation.PERMUTE, x.dtype(), x);
        Shape shape = ResultShapes.permute(x.shape(), axes);
        int[] merged = x.dtype() == DType.F32 ? PermuteKernels.asTranspose(x.shape(), axes) : null;
        if (merged == null) {
            return super.permute(x, axes);
        }
        Tensor y = allocate(shape, x.dtype());
        PermuteKernels.transpose(parallel, merged, floats(x), offset(x), floats(y), offset(y));
        return y;
    }

    // Elementwise

    @Override
    public Tensor unary(UnaryOp op, Tensor x) {
        require(Operation.UNARY, x.dtype(), x);
        Tensor y = allocate(x.shape(), x.dtype());
        UnaryKernels.apply(parallel, runs, op, floats(x), offset(x), floats(y), offset(y), size(x));
        return y;
    }

    @Override
    public Tensor binary(BinaryOp op, Tensor a, Tensor b) {
        require(Operation.BINARY, a.dtype(), a, b);
        requireSameType(Operation.BINARY, a, b);
        if (a.dtype() != DType.F32) {
            Elementwise.checkIntegers(op, b);
        }
        Tensor y = allocate(Shape.broadcast(a.shape(), b.shape()), a.dtype());
        if (a.dtype() != DType.F32) {
            Elementwise.binary(op, a, b, y);
            return y;
        }
        BroadcastKernels.binary(parallel, runs, op, a, b, y);
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
        if (a.dtype() != DType.F32) {
            Elementwise.compare(op, a, b, y);
            return y;
        }
        BroadcastKernels.compare(parallel, op, a, b, y);
        return y;
    }

    @Override
    public Tensor logical(LogicalOp op, Tensor a, Tensor b) {
        require(Operation.LOGICAL, a.dtype(), a, b);
        requireSameType(Operation.LOGICAL, a, b);
        Tensor y = allocate(Shape.broadcast(a.shape(), b.shape()), DType.BOOL);
        BroadcastKernels.logical(parallel, op, a, b, y);
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
        if (a.dtype() != DType.F32) {
            Elementwise.where(condition, a, b, y);
            return y;
        }
        BroadcastKernels.where(parallel, condition, a, b, y);
        return y;
    }

    @Override
    public Tensor clamp(Tensor x, double low, double high) {
        require(Operation.CLAMP, x.dtype(), x);
        if (!(low <= high)) {
            throw new ShapeException("clamp: bounds [" + low + ", " + high + "] hold nothing");
        }
        Tensor y = allocate(x.shape(), x.dtype());
        if (x.dtype() != DType.F32) {
            Elementwise.clamp(x, low, high, y);
            return y;
        }
        float[] from = floats(x);
        float[] to = floats(y);
        int in = offset(x);
        int out = offset(y);
        parallel.forRange(
                size(x),
                Broadcast.GRAIN,
                (first, last) ->
                        runs.clamp(from, in + first, (float) low, (float) high, to, out + first, last - first));
        return y;
    }

    // In place

    @Override
    public void axpy(Tensor target, double alpha, Tensor source) {
        require(Operation.AXPY, target.dtype(), target, source);
        requireSame(Operation.AXPY, target, source);
        float[] to = floats(target);
        float[] from = floats(source);
        int out = offset(target);
        int in = offset(source);
        parallel.forRange(
                size(target),
                Broadcast.GRAIN,
                (first, last) -> ArithmeticLoops.axpy((float) alpha, from, in + first, to, out + first, last - first));
        target.storage().bumpVersion();
    }
}
