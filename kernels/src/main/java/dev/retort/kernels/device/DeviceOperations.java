package dev.retort.kernels.device;

import dev.retort.tensor.BinaryOp;
import dev.retort.tensor.CompareOp;
import dev.retort.tensor.Conv2dSpec;
import dev.retort.tensor.DType;
import dev.retort.tensor.GemmSpec;
import dev.retort.tensor.LogicalOp;
import dev.retort.tensor.Pool2dSpec;
import dev.retort.tensor.ReduceOp;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.UnaryOp;
import java.util.Arrays;

/** The core operations on a device: which kernels each one is. */
abstract class DeviceOperations extends DeviceMovement {
    final Products products;
    final Convolutions convolutions;
    final Reductions reductions;
    private final Indexing indexing;
    private final Resampling resampling;

    DeviceOperations(String name, Device device, long limit) {
        super(name, device, limit);
        reductions = new Reductions(this);
        products = new Products(this);
        convolutions = new Convolutions(this, products, reductions);
        indexing = new Indexing(this);
        resampling = new Resampling(this);
    }

    // Elementwise

    @Override
    protected final void unary(UnaryOp op, Tensor x, Tensor y) {
        queue.kernel("unary", x.dtype(), "unary_" + op)
                .number(size(x))
                .in(x)
                .out(y)
                .over(Grid.of(size(x)));
    }

    @Override
    protected final void binary(BinaryOp op, Tensor a, Tensor b, Tensor y) {
        pair("binary_" + op, a, b, y);
    }

    @Override
    protected final void compare(CompareOp op, Tensor a, Tensor b, Tensor y) {
        pair("compare_" + op, a, b, y);
    }

    @Override
    protected final void logical(LogicalOp op, Tensor a, Tensor b, Tensor y) {
        pair("logical_" + op, a, b, y);
    }

    private void pair(String function, Tensor a, Tensor b, Tensor y) {
        Axes axes = broadcast(y, a, b);
        queue.kernel("binary", a.dtype(), function)
                .struct(axes.walk())
                .in(a)
                .in(b)
                .out(y)
                .over(axes.grid());
    }

    private static Axes broadcast(Tensor y, Tensor... operands) {
        long[][] strides = new long[operands.length][];
        Arrays.setAll(strides, i -> operands[i].shape().broadcastStrides(y.shape()));
        return Axes.of(y.shape().toArray(), strides);
    }

    @Override
    protected final void where(Tensor condition, Tensor a, Tensor b, Tensor y) {
        Axes axes = broadcast(y, condition, a, b);
        queue.kernel("binary", a.dtype(), "choose")
                .struct(axes.walk())
                .in(condition)
                .in(a)
                .in(b)
                .out(y)
                .over(axes.grid());
    }

    @Override
    protected final void clamp(Tensor x, double low, double high, Tensor y) {
        DType type = x.dtype();
        boolean floating = type.isFloating();
        queue.kernel("binary", type, "clamp_to")
                .number(size(x))
                .in(x)
                .out(y)
                .value(type, floating ? low : Math.ceil(low))
                .value(type, low)
                .value(type, floating ? high : Math.floor(high))
                .value(type, high)
                .over(Grid.of(size(x)));
    }

    // Reductions

    @Override
    protected final void reduce(ReduceOp op, Tensor x, int[] axes, Tensor y) {
        reductions.reduce(op, x, axes, y);
    }

    @Override
    protected final void argReduce(boolean largest, Tensor x, int axis, Tensor y) {
        reductions.argReduce(largest, x, axis, y);
    }

    @Override
    protected final void cumsum(Tensor x, int axis, Tensor y) {
        reductions.cumsum(x, axis, y);
    }

    @Override
    protected final void argSort(Tensor x, int axis, boolean descending, Tensor y) {
        indexing.argSort(x, axis, descending, y);
    }

    // Products

    @Override
    protected final void gemm(Tensor a, Tensor b, GemmSpec spec, Tensor y) {
        products.gemm(a, b, spec, null, y);
    }

    @Override
    protected final void conv2d(Tensor x, Tensor weight, Conv2dSpec spec, Tensor y) {
        convolutions.forward(x, weight, spec, Epilogue.NONE, y);
    }

    @Override
    protected final void conv2dInputGradient(Tensor g, Tensor weight, Conv2dSpec spec, Tensor y) {
        convolutions.inputGradient(g, weight, spec, y);
    }

    @Override
    protected final void conv2dWeightGradient(Tensor x, Tensor g, Conv2dSpec spec, Tensor y) {
        convolutions.weightGradient(x, g, spec, y);
    }

    // Resampling

    @Override
    protected final void maxPool2d(Tensor x, Pool2dSpec spec, Tensor values, Tensor indices) {
        resampling.maxPool(x, spec, values, indices);
    }

    @Override
    protected final void maxPool2dGradient(Tensor g, Tensor indices, Tensor y) {
        resampling.maxPoolGradient(g, indices, y);
    }

    @Override
    protected final void resizeNearest(Tensor x, Tensor y) {
        resampling.resize("resize_nearest", x, y, x, y);
    }

    @Override
    protected final void resizeNearestGradient(Tensor g, Tensor y) {
        resampling.resize("resize_nearest_gradient", y, g, g, y);
    }

    // Indexing

    @Override
    protected final void indexSelect(Tensor x, int axis, Tensor index, Tensor y) {
        indexing.select(x, axis, index, y);
    }

    @Override
    protected final void indexAdd(Tensor x, int axis, Tensor index, Tensor source, Tensor y) {
        indexing.add(x, axis, index, source, y);
    }

    @Override
    protected final void gather(Tensor x, int axis, Tensor index, Tensor y) {
        indexing.gather(x, axis, index, y);
    }

    @Override
    protected final void scatterAdd(Tensor x, int axis, Tensor index, Tensor source, Tensor y) {
        indexing.scatterAdd(x, axis, index, source, y);
    }

    // In place

    @Override
    protected final void addScaled(Tensor target, double alpha, Tensor source) {
        try (Tensor added = apart(source, target)) {
            queue.kernel("optimizer", target.dtype(), "axpy")
                    .number(size(target))
                    .value(target.dtype(), alpha)
                    .in(added)
                    .out(target)
                    .over(Grid.of(size(target)));
        }
    }
}
