package dev.retort.autograd;

import dev.retort.tensor.Backend;
import dev.retort.tensor.BinaryOp;
import dev.retort.tensor.CompareOp;
import dev.retort.tensor.Conv2dSpec;
import dev.retort.tensor.DType;
import dev.retort.tensor.GemmSpec;
import dev.retort.tensor.LogicalOp;
import dev.retort.tensor.MemoryStatistics;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Pool2dSpec;
import dev.retort.tensor.ReduceOp;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.UnaryOp;

/**
 * Forwards every operation to the backend beneath and has those that {@link Rules} knows recorded. It overrides exactly these;
 * a composed operation without a rule of its own is recorded through its default.
 */
abstract sealed class RecordingBackend implements Backend permits Tape {
    /** The backend beneath: one that computes, or another tape. */
    final Backend base;

    RecordingBackend(Backend base) {
        this.base = base;
    }

    /** Records an operation that gave {@code output}, if any input is tracked. Inputs may be null. */
    abstract Tensor record(Rule rule, Tensor output, Tensor... inputs);

    /** The node that made x on this tape, or null if x is a constant here. */
    final Node node(Tensor x) {
        return x != null && x.backend() == this ? ((TapeTensor) x).node() : null;
    }

    /** What the backend beneath sees of x. */
    final Tensor value(Tensor x) {
        return x != null && x.backend() == this ? ((TapeTensor) x).value() : x;
    }

    final Tensor[] values(Tensor[] tensors) {
        Tensor[] values = new Tensor[tensors.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(tensors[i]);
        }
        return values;
    }

    @Override
    public boolean supports(Operation operation, DType dtype) {
        return base.supports(operation, dtype);
    }

    @Override
    public MemoryStatistics memory() {
        return base.memory();
    }

    @Override
    public void synchronize() {
        base.synchronize();
    }

    @Override
    public Backend root() {
        return base.root();
    }

    @Override
    public int depth() {
        return base.depth() + 1;
    }

    // Constants

    @Override
    public Tensor upload(Object values, Shape shape, DType dtype) {
        return base.upload(values, shape, dtype);
    }

    @Override
    public void download(Tensor x, Object target) {
        base.download(value(x), target);
    }

    @Override
    public Tensor full(Shape shape, DType dtype, double value) {
        return base.full(shape, dtype, value);
    }

    @Override
    public Tensor compare(CompareOp op, Tensor a, Tensor b) {
        return base.compare(op, value(a), value(b));
    }

    @Override
    public Tensor logical(LogicalOp op, Tensor a, Tensor b) {
        return base.logical(op, value(a), value(b));
    }

    @Override
    public Tensor argReduce(boolean largest, Tensor x, int axis) {
        return base.argReduce(largest, value(x), axis);
    }

    @Override
    public Tensor argSort(Tensor x, int axis, boolean descending) {
        return base.argSort(value(x), axis, descending);
    }

    @Override
    public void assign(Tensor target, Tensor source) {
        base.assign(writable(target), value(source));
    }

    @Override
    public void axpy(Tensor target, double alpha, Tensor source) {
        base.axpy(writable(target), alpha, value(source));
    }

    private Tensor writable(Tensor target) {
        if (target.backend() == this) {
            throw new IllegalStateException(
                    "In-place write to a tensor that a tape tracks: write to the data. It is " + target.describe());
        }
        return target;
    }

    // Recorded: core

    @Override
    public Tensor cast(Tensor x, DType target) {
        Tensor y = base.cast(value(x), target);
        return target.isFloating() ? record(Rules.cast(x.dtype()), y, x) : y;
    }

    @Override
    public Tensor reshape(Tensor x, Shape shape) {
        return record(Rules.RESHAPE, base.reshape(value(x), shape), x);
    }

    @Override
    public Tensor narrow(Tensor x, int start, int length) {
        return record(Rules.narrow(start), base.narrow(value(x), start, length), x);
    }

    @Override
    public Tensor permute(Tensor x, int[] axes) {
        return record(Rules.permute(axes), base.permute(value(x), axes), x);
    }

    @Override
    public Tensor pad(Tensor x, int[] before, int[] after, double value) {
        return record(Rules.pad(before), base.pad(value(x), before, after, value), x);
    }

    @Override
    public Tensor slice(Tensor x, int[] starts, int[] ends, int[] steps) {
        return record(Rules.slice(starts, steps), base.slice(value(x), starts, ends, steps), x);
    }

    @Override
    public Tensor sliceGradient(Tensor g, Shape shape, int[] starts, int[] steps) {
        return record(Rules.sliceGradient(starts, steps), base.sliceGradient(value(g), shape, starts, steps), g);
    }

    @Override
    public Tensor concat(int axis, Tensor... parts) {
        return record(Rules.concat(axis), base.concat(axis, values(parts)), parts);
    }

    @Override
    public Tensor broadcastTo(Tensor x, Shape shape) {
        return record(Rules.BROADCAST_TO, base.broadcastTo(value(x), shape), x);
    }

    @Override
    public Tensor unary(UnaryOp op, Tensor x) {
        return record(Rules.unary(op), base.unary(op, value(x)), x);
    }

    @Override
    public Tensor binary(BinaryOp op, Tensor a, Tensor b) {
        return record(Rules.binary(op), base.binary(op, value(a), value(b)), a, b);
    }

    @Override
    public Tensor where(Tensor condition, Tensor a, Tensor b) {
        return record(Rules.WHERE, base.where(value(condition), value(a), value(b)), condition, a, b);
    }

    @Override
    public Tensor clamp(Tensor x, double low, double high) {
        return record(Rules.clamp(low, high), base.clamp(value(x), low, high), x);
    }

    @Override
    public Tensor reduce(ReduceOp op, Tensor x, int[] axes, boolean keepDims) {
        Tensor y = base.reduce(op, value(x), axes, keepDims);
        return record(Rules.reduce(op, x.shape(), axes), y, x);
    }

    @Override
    public Tensor cumsum(Tensor x, int axis) {
        return record(Rules.cumsum(axis), base.cumsum(value(x), axis), x);
    }

    @Override
    public Tensor gemm(Tensor a, Tensor b, GemmSpec spec, Shape shape) {
        return record(Rules.gemm(spec), base.gemm(value(a), value(b), spec, shape), a, b);
    }

    @Override
    public Tensor conv2d(Tensor x, Tensor weight, Conv2dSpec spec) {
        return record(Rules.conv2d(spec), base.conv2d(value(x), value(weight), spec), x, weight);
    }

    @Override
    public Tensor conv2dInputGradient(Tensor g, Tensor weight, Shape input, Conv2dSpec spec) {
        Tensor y = base.conv2dInputGradient(value(g), value(weight), input, spec);
        return record(Rules.conv2dInputGradient(spec), y, g, weight);
    }

    @Override
    public Tensor conv2dWeightGradient(Tensor x, Tensor g, Shape weight, Conv2dSpec spec) {
        Tensor y = base.conv2dWeightGradient(value(x), value(g), weight, spec);
        return record(Rules.conv2dWeightGradient(spec), y, x, g);
    }

    @Override
    public Pooled maxPool2d(Tensor x, Pool2dSpec spec) {
        Pooled pooled = base.maxPool2d(value(x), spec);
        return new Pooled(record(Rules.MAX_POOL2D, pooled.values(), x, pooled.indices()), pooled.indices());
    }

    @Override
    public Tensor maxPool2dGradient(Tensor g, Tensor indices, Shape input) {
        return record(Rules.MAX_POOL2D_GRADIENT, base.maxPool2dGradient(value(g), indices, input), g, indices);
    }

    @Override
    public Tensor resizeNearest(Tensor x, int height, int width) {
        return record(Rules.RESIZE_NEAREST, base.resizeNearest(value(x), height, width), x);
    }

    @Override
    public Tensor resizeNearestGradient(Tensor g, Shape input) {
        return record(Rules.RESIZE_NEAREST_GRADIENT, base.resizeNearestGradient(value(g), input), g);
    }

    @Override
    public Tensor indexSelect(Tensor x, int axis, Tensor index) {
        return record(Rules.indexSelect(axis), base.indexSelect(value(x), axis, index), x, index);
    }

    @Override
    public Tensor indexAdd(Tensor x, int axis, Tensor index, Tensor source) {
        Tensor y = base.indexAdd(value(x), axis, index, value(source));
        return record(Rules.indexAdd(axis), y, x, index, source);
    }

    @Override
    public Tensor gather(Tensor x, int axis, Tensor index) {
        return record(Rules.gather(axis), base.gather(value(x), axis, index), x, index);
    }

    @Override
    public Tensor scatterAdd(Tensor x, int axis, Tensor index, Tensor source) {
        Tensor y = base.scatterAdd(value(x), axis, index, value(source));
        return record(Rules.scatterAdd(axis), y, x, index, source);
    }

    // Recorded: composed operations with a rule of their own

    @Override
    public Tensor linear(Tensor x, Tensor weight, Tensor bias) {
        return record(Rules.LINEAR, base.linear(value(x), value(weight), value(bias)), x, weight, bias);
    }

    @Override
    public Tensor convolution(Tensor x, Tensor weight, Tensor bias, Tensor addend, Conv2dSpec spec, boolean relu) {
        Tensor y = base.convolution(value(x), value(weight), value(bias), value(addend), spec, relu);
        return record(Rules.convolution(spec, relu), y, x, weight, bias, addend);
    }

    @Override
    public Tensor softmax(Tensor x, int axis) {
        return record(Rules.softmax(axis), base.softmax(value(x), axis), x);
    }

    @Override
    public Tensor logSoftmax(Tensor x, int axis) {
        return record(Rules.logSoftmax(axis), base.logSoftmax(value(x), axis), x);
    }

    @Override
    public Tensor layerNorm(Tensor x, Tensor gamma, Tensor beta, double eps) {
        Tensor y = base.layerNorm(value(x), value(gamma), value(beta), eps);
        return record(Rules.layerNorm(eps, gamma != null), y, x, gamma, beta);
    }

    @Override
    public Normalized batchNorm(Tensor x, Tensor gamma, Tensor beta, double eps) {
        Normalized normal = base.batchNorm(value(x), value(gamma), value(beta), eps);
        Rule rule = Rules.batchNorm(eps, gamma != null);
        Tensor y = record(rule, normal.y(), x, gamma, beta, normal.mean(), normal.variance());
        return new Normalized(y, normal.mean(), normal.variance());
    }

    @Override
    public Tensor sigmoidFocalLoss(Tensor x, Tensor targets, double alpha, double gamma) {
        Tensor y = base.sigmoidFocalLoss(value(x), value(targets), alpha, gamma);
        return record(Rules.focal(alpha, gamma), y, x, targets);
    }
}
