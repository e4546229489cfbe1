package dev.retort.kernels.simd;

import dev.retort.tensor.Conv2dSpec;
import dev.retort.tensor.DType;
import dev.retort.tensor.GemmSpec;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Pool2dSpec;
import dev.retort.tensor.ReduceOp;
import dev.retort.tensor.ResultShapes;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.heap.HeapStorage;
import dev.retort.tensor.reference.Indexing;
import dev.retort.tensor.reference.Reductions;
import dev.retort.tensor.reference.Resampling;

/** The other core operations of the simd backend: reductions, products, convolution, resampling, indexing. */
abstract class SimdOperations extends SimdElementwise {
    SimdOperations(Engine engine, Runs runs) {
        super(engine, runs);
    }

    // Reductions

    @Override
    public Tensor reduce(ReduceOp op, Tensor x, int[] axes, boolean keepDims) {
        require(Operation.REDUCE, x.dtype(), x);
        Tensor y = allocate(ResultShapes.reduce(op, x, axes, keepDims), x.dtype());
        if (x.dtype() != DType.F32 || x.size() == 0) {
            Reductions.reduce(op, x, axes, y);
        } else {
            boolean[] reduced = x.shape().mark(axes);
            ReduceKernels.reduce(parallel, runs, op, floats(x), offset(x), x.shape(), reduced, floats(y), offset(y));
        }
        return y;
    }

    @Override
    public Tensor argReduce(boolean largest, Tensor x, int axis) {
        require(Operation.ARG_REDUCE, x.dtype(), x);
        Tensor y = allocate(ResultShapes.argReduce(x, axis), DType.I64);
        if (x.dtype() != DType.F32) {
            Reductions.argReduce(largest, x, axis, y);
        } else if (y.size() > 0) {
            new IndexKernels(parallel, runs, x.shape(), axis)
                    .argReduce(largest, floats(x), offset(x), (long[]) HeapStorage.array(y), offset(y));
        }
        return y;
    }

    @Override
    public Tensor cumsum(Tensor x, int axis) {
        require(Operation.CUMSUM, x.dtype(), x);
        x.shape().axis(axis);
        Tensor y = allocate(x.shape(), x.dtype());
        if (x.dtype() != DType.F32) {
            Reductions.cumsum(x, axis, y);
        } else {
            new IndexKernels(parallel, runs, x.shape(), axis).cumsum(floats(x), offset(x), floats(y), offset(y));
        }
        return y;
    }

    // Linear algebra and convolution

    @Override
    public Tensor gemm(Tensor a, Tensor b, GemmSpec spec, Shape shape) {
        require(Operation.GEMM, a.dtype(), a, b);
        requireSameType(Operation.GEMM, a, b);
        spec.check(a.shape(), b.shape(), shape);
        Tensor y = allocate(shape, a.dtype());
        if (!spec.coversOutput(shape.size()) || spec.k() == 0) {
            fill(y, 0);
        }
        if (spec.k() > 0) {
            multiply(a, b, spec, y, Epilogue.NONE);
        }
        return y;
    }

    final void multiply(Tensor a, Tensor b, GemmSpec spec, Tensor y, Epilogue epilogue) {
        new Gemm(engine)
                .multiply(
                        spec.batch1(),
                        spec.batch2(),
                        spec.m(),
                        spec.n(),
                        spec.k(),
                        1f,
                        matrix(a, spec.a(), spec.transposeA()),
                        matrix(b, spec.b(), spec.transposeB()),
                        matrix(y, spec.c(), false),
                        false,
                        epilogue);
    }

    private static Gemm.Matrix matrix(Tensor x, GemmSpec.Layout layout, boolean transposed) {
        return new Gemm.Matrix(
                floats(x),
                Math.toIntExact(x.offset() + layout.offset()),
                layout.ld(),
                transposed,
                Math.toIntExact(layout.stride1()),
                Math.toIntExact(layout.stride2()));
    }

    @Override
    public Tensor conv2d(Tensor x, Tensor weight, Conv2dSpec spec) {
        return convolve(x, weight, spec, Epilogue.NONE);
    }

    final Tensor convolve(Tensor x, Tensor weight, Conv2dSpec spec, Epilogue epilogue) {
        require(Operation.CONV2D, x.dtype(), x, weight);
        requireSameType(Operation.CONV2D, x, weight);
        Tensor y = allocate(spec.outputShape(x.shape(), weight.shape()), x.dtype());
        new Convolution(engine)
                .forward(
                        geometry(x.shape(), weight.shape(), spec),
                        floats(x),
                        offset(x),
                        floats(weight),
                        offset(weight),
                        floats(y),
                        offset(y),
                        epilogue);
        return y;
    }

    private static ConvolutionShape geometry(Shape input, Shape weight, Conv2dSpec spec) {
        return new ConvolutionShape(
                input.dim(0),
                input.dim(1),
                input.dim(2),
                input.dim(3),
                weight.dim(0),
                weight.dim(1),
                weight.dim(2),
                spec.strideH(),
                spec.strideW(),
                spec.padH(),
                spec.padH(),
                spec.padW(),
                spec.padW(),
                spec.dilationH(),
                spec.dilationW(),
                spec.groups());
    }

    @Override
    public Tensor conv2dInputGradient(Tensor g, Tensor weight, Shape input, Conv2dSpec spec) {
        require(Operation.CONV2D_INPUT_GRADIENT, g.dtype(), g, weight);
        requireSameType(Operation.CONV2D_INPUT_GRADIENT, g, weight);
        ResultShapes.convolutionGradient(g, input, weight.shape(), spec);
        Tensor dx = allocate(input, g.dtype());
        new Convolution(engine)
                .inputGradient(
                        geometry(input, weight.shape(), spec),
                        floats(g),
                        offset(g),
                        floats(weight),
                        offset(weight),
                        floats(dx),
                        offset(dx));
        return dx;
    }

    @Override
    public Tensor conv2dWeightGradient(Tensor x, Tensor g, Shape weight, Conv2dSpec spec) {
        require(Operation.CONV2D_WEIGHT_GRADIENT, x.dtype(), x, g);
        requireSameType(Operation.CONV2D_WEIGHT_GRADIENT, x, g);
        ResultShapes.convolutionGradient(g, x.shape(), weight, spec);
        Tensor dw = allocate(weight, x.dtype());
        new Convolution(engine)
                .weightGradient(
                        geometry(x.shape(), weight, spec),
                        floats(x),
                        offset(x),
                        floats(g),
                        offset(g),
                        floats(dw),
                        offset(dw),
                        false);
        return dw;
    }

    // Resampling

    @Override
    public Pooled maxPool2d(Tensor x, Pool2dSpec spec) {
        require(Operation.MAX_POOL2D, x.dtype(), x);
        Shape shape = spec.outputShape(x.shape());
        Tensor values = allocate(shape, x.dtype());
        Tensor indices = allocate(shape, DType.I32);
        ResamplingKernels.maxPool2d(
                parallel,
                runs,
                floats(x),
                offset(x),
                x.shape(),
                spec,
                shape,
                floats(values),
                offset(values),
                (int[]) HeapStorage.array(indices),
                offset(indices));
        return new Pooled(values, indices);
    }

    @Override
    public Tensor maxPool2dGradient(Tensor g, Tensor indices, Shape input) {
        require(Operation.MAX_POOL2D_GRADIENT, g.dtype(), g, indices);
        ResultShapes.maxPool2dGradient(g, indices, input);
        Resampling.checkPooled(indices, input);
        Tensor y = allocate(input, g.dtype());
        ResamplingKernels.maxPool2dGradient(
                parallel,
                floats(g),
                offset(g),
                g.shape(),
                (int[]) HeapStorage.array(indices),
                offset(indices),
                input,
                floats(y),
                offset(y));
        return y;
    }

    @Override
    public Tensor resizeNearest(Tensor x, int height, int width) {
        require(Operation.RESIZE_NEAREST, x.dtype(), x);
        Tensor y = allocate(ResultShapes.resizeNearest(x.shape(), height, width), x.dtype());
        ResamplingKernels.resizeNearest(parallel, floats(x), offset(x), x.shape(), floats(y), offset(y), y.shape());
        return y;
    }

    @Override
    public Tensor resizeNearestGradient(Tensor g, Shape input) {
        require(Operation.RESIZE_NEAREST_GRADIENT, g.dtype(), g);
        ResultShapes.resizeNearestGradient(g, input);
        Tensor y = allocate(input, g.dtype());
        ResamplingKernels.resizeNearestGradient(
                parallel, runs, floats(g), offset(g), g.shape(), floats(y), offset(y), input);
        return y;
    }

    // Indexing

    @Override
    public Tensor indexSelect(Tensor x, int axis, Tensor index) {
        require(Operation.INDEX_SELECT, x.dtype(), x, index);
        Shape shape = ResultShapes.indexSelect(x, axis, index);
        int[] indices = Indexing.read(Operation.INDEX_SELECT, index, x.dim(axis));
        Tensor y = allocate(shape, x.dtype());
        new IndexKernels(parallel, runs, x.shape(), axis)
                .select(HeapStorage.array(x), offset(x), indices, HeapStorage.array(y), offset(y));
        return y;
    }

    @Override
    public Tensor indexAdd(Tensor x, int axis, Tensor index, Tensor source) {
        require(Operation.INDEX_ADD, x.dtype(), x, index, source);
        Shape shape = ResultShapes.indexAdd(x, axis, index, source);
        int[] indices = Indexing.read(Operation.INDEX_ADD, index, x.dim(axis));
        Tensor y = allocate(shape, x.dtype());
        if (x.dtype() != DType.F32) {
            Indexing.add(x, Indexing.alongIndex(shape, axis, indices, source.shape()), source, y);
            return y;
        }
        System.arraycopy(floats(x), offset(x), floats(y), offset(y), size(x));
        new IndexKernels(parallel, runs, shape, axis)
                .add(floats(source), offset(source), indices, floats(y), offset(y));
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
}
