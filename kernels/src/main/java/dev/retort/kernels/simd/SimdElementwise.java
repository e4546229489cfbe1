package dev.retort.kernels.simd;

import dev.retort.kernels.simd.internal.elementwise.Broadcast;
import dev.retort.kernels.simd.internal.elementwise.BroadcastKernels;
import dev.retort.kernels.simd.internal.engine.Engine;
import dev.retort.kernels.simd.internal.indexing.PermuteKernels;
import dev.retort.kernels.simd.internal.loops.ArithmeticLoops;
import dev.retort.kernels.simd.internal.loops.CastLoops;
import dev.retort.kernels.simd.internal.loops.DoubleLoops;
import dev.retort.kernels.simd.internal.loops.FloatFunctions;
import dev.retort.kernels.simd.internal.loops.Runs;
import dev.retort.kernels.simd.internal.run.Parallel;
import dev.retort.tensor.BinaryOp;
import dev.retort.tensor.CompareOp;
import dev.retort.tensor.DType;
import dev.retort.tensor.LogicalOp;
import dev.retort.tensor.Operation;
import dev.retort.tensor.ResultShapes;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.UnaryOp;
import dev.retort.tensor.heap.HeapOperations;
import dev.retort.tensor.heap.HeapStorage;
import dev.retort.tensor.reference.Elementwise;

/**
 * The elementwise operations of the simd backend: hands float and double arrays to the kernels. Integers and truth values, which
 * no hot path computes with, go through the reference's formulas.
 */
abstract class SimdElementwise extends HeapOperations {
    final Engine engine;
    final Runs runs;
    final Parallel parallel;
    private final BroadcastKernels broadcast;

    SimdElementwise(Engine engine, Runs runs) {
        this.engine = engine;
        this.runs = runs;
        parallel = engine.parallel();
        broadcast = new BroadcastKernels(parallel);
    }

    static float[] floats(Tensor x) {
        return HeapStorage.floats(x);
    }

    static double[] doubles(Tensor x) {
        return HeapStorage.doubles(x);
    }

    static int offset(Tensor x) {
        return HeapStorage.offset(x);
    }

    static int size(Tensor x) {
        return (int) x.size();
    }

    // Movement

    @Override
    protected void convert(Tensor x, Tensor y) {
        if (CastLoops.has(x.dtype(), y.dtype())) {
            parallel.forRange(size(x), Broadcast.GRAIN, (from, to) -> CastLoops.cast(x, y, from, to));
        } else {
            super.convert(x, y);
        }
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

    /** Work on elements [from, from + n) of arrays that begin at the offsets. */
    private interface Loop<A> {
        void run(A x, int xOff, A y, int yOff, int n);
    }

    private <A> void forRuns(A x, int xOff, A y, int yOff, int size, Loop<A> loop) {
        parallel.forRange(size, Broadcast.GRAIN, (from, to) -> loop.run(x, xOff + from, y, yOff + from, to - from));
    }

    private void forFloats(Tensor x, Tensor y, Loop<float[]> loop) {
        forRuns(floats(x), offset(x), floats(y), offset(y), size(x), loop);
    }

    private void forDoubles(Tensor x, Tensor y, Loop<double[]> loop) {
        forRuns(doubles(x), offset(x), doubles(y), offset(y), size(x), loop);
    }

    @Override
    protected void unary(UnaryOp op, Tensor x, Tensor y) {
        if (x.dtype() == DType.F64) {
            forDoubles(x, y, (from, in, to, out, n) -> DoubleLoops.unary(op, from, in, to, out, n));
        } else {
            forFloats(x, y, (from, in, to, out, n) -> FloatFunctions.apply(runs, op, from, in, to, out, n));
        }
    }

    @Override
    protected void binary(BinaryOp op, Tensor a, Tensor b, Tensor y) {
        if (a.dtype().isFloating()) {
            broadcast.binary(runs, op, a, b, y);
        } else {
            Elementwise.binary(op, a, b, y);
        }
    }

    @Override
    protected void compare(CompareOp op, Tensor a, Tensor b, Tensor y) {
        if (a.dtype().isFloating()) {
            broadcast.compare(op, a, b, y);
        } else {
            Elementwise.compare(op, a, b, y);
        }
    }

    @Override
    protected void logical(LogicalOp op, Tensor a, Tensor b, Tensor y) {
        broadcast.logical(op, a, b, y);
    }

    @Override
    protected void where(Tensor condition, Tensor a, Tensor b, Tensor y) {
        if (a.dtype().isFloating()) {
            broadcast.where(condition, a, b, y);
        } else {
            Elementwise.where(condition, a, b, y);
        }
    }

    @Override
    protected void clamp(Tensor x, double low, double high, Tensor y) {
        switch (x.dtype()) {
            case F32 ->
                forFloats(x, y, (from, in, to, out, n) -> runs.clamp(from, in, (float) low, (float) high, to, out, n));
            case F64 -> forDoubles(x, y, (from, in, to, out, n) -> DoubleLoops.clamp(from, in, low, high, to, out, n));
            default -> Elementwise.clamp(x, low, high, y);
        }
    }

    // In place

    @Override
    protected void addScaled(Tensor target, double alpha, Tensor source) {
        if (target.dtype() == DType.F64) {
            forDoubles(source, target, (from, in, to, out, n) -> DoubleLoops.axpy(alpha, from, in, to, out, n));
        } else {
            forFloats(
                    source,
                    target,
                    (from, in, to, out, n) -> ArithmeticLoops.axpy((float) alpha, from, in, to, out, n));
        }
    }
}
