package dev.retort.kernels.simd;

import dev.retort.kernels.simd.internal.engine.Convolution;
import dev.retort.kernels.simd.internal.engine.Engine;
import dev.retort.kernels.simd.internal.engine.Gemm;
import dev.retort.kernels.simd.internal.indexing.IndexKernels;
import dev.retort.kernels.simd.internal.indexing.ResamplingKernels;
import dev.retort.kernels.simd.internal.loops.DoubleLoops;
import dev.retort.kernels.simd.internal.loops.PixelRuns;
import dev.retort.kernels.simd.internal.loops.Runs;
import dev.retort.kernels.simd.internal.product.Epilogue;
import dev.retort.kernels.simd.internal.reduction.DoubleReduction;
import dev.retort.kernels.simd.internal.reduction.FloatReduction;
import dev.retort.tensor.Conv2dSpec;
import dev.retort.tensor.DType;
import dev.retort.tensor.GemmSpec;
import dev.retort.tensor.Pool2dSpec;
import dev.retort.tensor.ReduceOp;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.dense.ConvolutionGeometry;
import dev.retort.tensor.heap.HeapStorage;
import dev.retort.tensor.reference.Indexing;
import dev.retort.tensor.reference.Reductions;

/** The other core operations of the simd backend: reductions, products, convolution, resampling, indexing. */
abstract class SimdOperations extends SimdElementwise {
    SimdOperations(Engine engine, Runs runs) {
        super(engine, runs);
    }

    private static int[] ints(Tensor x) {
        return (int[]) HeapStorage.array(x);
    }

    private static long[] longs(Tensor x) {
        return (long[]) HeapStorage.array(x);
    }

    private static boolean isDouble(Tensor x) {
        return x.dtype() == DType.F64;
    }

    // Reductions

    @Override
    protected void reduce(ReduceOp op, Tensor x, int[] axes, Tensor y) {
        boolean[] reduced = x.shape().mark(axes);
        if (!x.dtype().isFloating() || x.size() == 0) {
            Reductions.reduce(op, x, axes, y);
        } else if (isDouble(x)) {
            new DoubleReduction(parallel, op).run(doubles(x), offset(x), x.shape(), reduced, doubles(y), offset(y));
        } else {
            new FloatReduction(parallel, runs, op).run(floats(x), offset(x), x.shape(), reduced, floats(y), offset(y));
        }
    }

    @Override
    protected void argReduce(boolean largest, Tensor x, int axis, Tensor y) {
        if (!x.dtype().isFloating()) {
            Reductions.argReduce(largest, x, axis, y);
        } else if (y.size() > 0 && isDouble(x)) {
            along(x, axis).argReduce(largest, doubles(x), offset(x), longs(y), offset(y));
        } else if (y.size() > 0) {
            along(x, axis).argReduce(largest, floats(x), offset(x), longs(y), offset(y));
        }
    }

    private IndexKernels along(Tensor x, int axis) {
        return new IndexKernels(parallel, x.shape(), axis);
    }

    @Override
    protected void cumsum(Tensor x, int axis, Tensor y) {
        switch (x.dtype()) {
            case F32 -> along(x, axis).cumsum(floats(x), offset(x), floats(y), offset(y));
            case F64 -> along(x, axis).cumsum(doubles(x), offset(x), doubles(y), offset(y));
            default -> Reductions.cumsum(x, axis, y);
        }
    }

    // Products

    @Override
    protected void gemm(Tensor a, Tensor b, GemmSpec spec, Tensor y) {
        if (isDouble(y)) {
            multiply(Gemm.doubles(engine), doubles(a), a, doubles(b), b, spec, doubles(y), y, Epilogue.none());
        } else {
            multiply(a, b, spec, y, Epilogue.none());
        }
    }

    /** The products of F32 operands. */
    final void multiply(Tensor a, Tensor b, GemmSpec spec, Tensor y, Epilogue<float[]> epilogue) {
        multiply(Gemm.floats(engine), floats(a), a, floats(b), b, spec, floats(y), y, epilogue);
    }

    private static <A> void multiply(
            Gemm<A> gemm,
            A left,
            Tensor a,
            A right,
            Tensor b,
            GemmSpec spec,
            A result,
            Tensor y,
            Epilogue<A> epilogue) {
        gemm.multiply(
                spec.batch1(),
                spec.batch2(),
                spec.m(),
                spec.n(),
                spec.k(),
                matrix(left, a, spec.a(), spec.transposeA()),
                matrix(right, b, spec.b(), spec.transposeB()),
                matrix(result, y, spec.c(), false),
                epilogue);
    }

    private static <A> Gemm.Matrix<A> matrix(A array, Tensor x, GemmSpec.Layout layout, boolean transposed) {
        return new Gemm.Matrix<>(
                array,
                Math.toIntExact(x.offset() + layout.offset()),
                layout.ld(),
                transposed,
                Math.toIntExact(layout.stride1()),
                Math.toIntExact(layout.stride2()));
    }

    @Override
    protected void conv2d(Tensor x, Tensor weight, Conv2dSpec spec, Tensor y) {
        if (isDouble(x)) {
            Convolution.doubles(engine)
                    .forward(
                            ConvolutionGeometry.of(x.shape(), weight.shape(), spec),
                            doubles(x),
                            offset(x),
                            doubles(weight),
                            offset(weight),
                            doubles(y),
                            offset(y),
                            Epilogue.none());
        } else {
            convolve(x, weight, spec, y, Epilogue.none());
        }
    }

    /** The convolution of F32 operands. */
    final void convolve(Tensor x, Tensor weight, Conv2dSpec spec, Tensor y, Epilogue<float[]> epilogue) {
        Convolution.floats(engine)
                .forward(
                        ConvolutionGeometry.of(x.shape(), weight.shape(), spec),
                        floats(x),
                        offset(x),
                        floats(weight),
                        offset(weight),
                        floats(y),
                        offset(y),
                        epilogue);
    }

    @Override
    protected void conv2dInputGradient(Tensor g, Tensor weight, Conv2dSpec spec, Tensor y) {
        ConvolutionGeometry shape = ConvolutionGeometry.of(y.shape(), weight.shape(), spec);
        if (isDouble(g)) {
            Convolution.doubles(engine)
                    .inputGradient(
                            shape, doubles(g), offset(g), doubles(weight), offset(weight), doubles(y), offset(y));
        } else {
            Convolution.floats(engine)
                    .inputGradient(shape, floats(g), offset(g), floats(weight), offset(weight), floats(y), offset(y));
        }
    }

    @Override
    protected void conv2dWeightGradient(Tensor x, Tensor g, Conv2dSpec spec, Tensor y) {
        ConvolutionGeometry shape = ConvolutionGeometry.of(x.shape(), y.shape(), spec);
        if (isDouble(x)) {
            Convolution.doubles(engine)
                    .weightGradient(shape, doubles(x), offset(x), doubles(g), offset(g), doubles(y), offset(y));
        } else {
            Convolution.floats(engine)
                    .weightGradient(shape, floats(x), offset(x), floats(g), offset(g), floats(y), offset(y));
        }
    }

    // Resampling

    @Override
    protected void maxPool2d(Tensor x, Pool2dSpec spec, Tensor values, Tensor indices) {
        if (isDouble(x)) {
            maxPool2d(DoubleLoops.LOOPS, doubles(x), x, spec, doubles(values), values, indices);
        } else {
            maxPool2d(runs, floats(x), x, spec, floats(values), values, indices);
        }
    }

    private <A> void maxPool2d(
            PixelRuns<A> loops, A from, Tensor x, Pool2dSpec spec, A to, Tensor values, Tensor indices) {
        ResamplingKernels.maxPool2d(
                parallel,
                loops,
                from,
                offset(x),
                x.shape(),
                spec,
                values.shape(),
                to,
                offset(values),
                ints(indices),
                offset(indices));
    }

    @Override
    protected void maxPool2dGradient(Tensor g, Tensor indices, Tensor y) {
        if (isDouble(g)) {
            maxPool2dGradient(DoubleLoops.LOOPS, doubles(g), g, indices, doubles(y), y);
        } else {
            maxPool2dGradient(runs, floats(g), g, indices, floats(y), y);
        }
    }

    private <A> void maxPool2dGradient(PixelRuns<A> loops, A from, Tensor g, Tensor indices, A to, Tensor y) {
        ResamplingKernels.maxPool2dGradient(
                parallel, loops, from, offset(g), g.shape(), ints(indices), offset(indices), y.shape(), to, offset(y));
    }

    @Override
    protected void resizeNearest(Tensor x, Tensor y) {
        ResamplingKernels.resizeNearest(
                parallel, HeapStorage.array(x), offset(x), x.shape(), HeapStorage.array(y), offset(y), y.shape());
    }

    @Override
    protected void resizeNearestGradient(Tensor g, Tensor y) {
        if (isDouble(g)) {
            ResamplingKernels.resizeNearestGradient(
                    parallel, DoubleLoops.LOOPS, doubles(g), offset(g), g.shape(), doubles(y), offset(y), y.shape());
        } else {
            ResamplingKernels.resizeNearestGradient(
                    parallel, runs, floats(g), offset(g), g.shape(), floats(y), offset(y), y.shape());
        }
    }

    // Indexing

    @Override
    protected void indexSelect(Tensor x, int axis, int[] indices, Tensor y) {
        along(x, axis).select(HeapStorage.array(x), offset(x), indices, HeapStorage.array(y), offset(y));
    }

    @Override
    protected void indexAdd(Tensor x, int axis, int[] indices, Tensor source, Tensor y) {
        if (!x.dtype().isFloating()) {
            Indexing.indexAdd(x, axis, indices, source, y);
            return;
        }
        System.arraycopy(HeapStorage.array(x), offset(x), HeapStorage.array(y), offset(y), size(x));
        if (isDouble(x)) {
            along(x, axis).add(DoubleLoops.LOOPS, doubles(source), offset(source), indices, doubles(y), offset(y));
        } else {
            along(x, axis).add(runs, floats(source), offset(source), indices, floats(y), offset(y));
        }
    }

    @Override
    protected void gather(Tensor x, int axis, int[] indices, Tensor y) {
        Indexing.gather(x, axis, indices, y);
    }

    @Override
    protected void scatterAdd(Tensor x, int axis, int[] indices, Tensor source, Tensor y) {
        Indexing.scatterAdd(x, axis, indices, source, y);
    }
}
