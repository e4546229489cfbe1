package dev.retort.tensor;

import dev.retort.tensor.ArrayOperations.Ordered;
import java.util.Arrays;
import java.util.List;

/**
 * The operations as methods of a {@link Tensor}: {@code x.mul(w).add(b).relu()}. Each goes to the outermost tape among the operands'
 * backends, else to the backend that they share; what it does is told there, in {@link CoreOperations}, {@link ArrayOperations} and
 * {@link ComposedOperations}. Axes may be negative; where several may be named, none means all. {@link NetworkOperations} has those of
 * layers and losses.
 */
public abstract sealed class TensorOperations extends NetworkOperations permits Tensor {
    private final Tensor self = (Tensor) this;

    TensorOperations() {}

    private Backend ops() {
        return self.backend();
    }

    private Backend ops(Tensor other) {
        return Backend.of(self, other);
    }

    // Arithmetic

    public final Tensor add(Tensor other) {
        return binary(BinaryOp.ADD, other);
    }

    public final Tensor sub(Tensor other) {
        return binary(BinaryOp.SUB, other);
    }

    public final Tensor mul(Tensor other) {
        return binary(BinaryOp.MUL, other);
    }

    public final Tensor div(Tensor other) {
        return binary(BinaryOp.DIV, other);
    }

    public final Tensor add(double value) {
        return binary(BinaryOp.ADD, value);
    }

    public final Tensor sub(double value) {
        return binary(BinaryOp.SUB, value);
    }

    public final Tensor mul(double value) {
        return binary(BinaryOp.MUL, value);
    }

    public final Tensor div(double value) {
        return binary(BinaryOp.DIV, value);
    }

    public final Tensor pow(double exponent) {
        return binary(BinaryOp.POW, exponent);
    }

    public final Tensor maximum(Tensor other) {
        return binary(BinaryOp.MAX, other);
    }

    public final Tensor minimum(Tensor other) {
        return binary(BinaryOp.MIN, other);
    }

    public final Tensor binary(BinaryOp op, Tensor other) {
        return ops(other).binary(op, self, other);
    }

    /**
     * The operation with a constant of this tensor's dtype on the right.
     *
     * @throws ShapeException if an integer type does not hold the constant
     */
    public final Tensor binary(BinaryOp op, double value) {
        try (Scope scope = Scope.open(Origin.here())) {
            return scope.keep(ops().binary(op, self, constant(value)));
        }
    }

    private Tensor constant(double value) {
        DType dtype = self.dtype();
        if (dtype.isIndex() && (dtype == DType.I32 ? (int) value : (long) value) != value) {
            throw new ShapeException(
                    "A tensor " + dtype + " " + self.shape() + " does not compute with " + value
                            + ": cast it to F32 first",
                    self);
        }
        return ops().root().full(Shape.SCALAR, dtype, value);
    }

    // Functions

    public final Tensor unary(UnaryOp op) {
        return ops().unary(op, self);
    }

    public final Tensor neg() {
        return unary(UnaryOp.NEG);
    }

    public final Tensor abs() {
        return unary(UnaryOp.ABS);
    }

    public final Tensor exp() {
        return unary(UnaryOp.EXP);
    }

    public final Tensor log() {
        return unary(UnaryOp.LOG);
    }

    public final Tensor sqrt() {
        return unary(UnaryOp.SQRT);
    }

    public final Tensor square() {
        return unary(UnaryOp.SQUARE);
    }

    public final Tensor sin() {
        return unary(UnaryOp.SIN);
    }

    public final Tensor cos() {
        return unary(UnaryOp.COS);
    }

    public final Tensor tanh() {
        return unary(UnaryOp.TANH);
    }

    public final Tensor relu() {
        return unary(UnaryOp.RELU);
    }

    public final Tensor gelu() {
        return unary(UnaryOp.GELU);
    }

    public final Tensor sigmoid() {
        return unary(UnaryOp.SIGMOID);
    }

    public final Tensor floor() {
        return unary(UnaryOp.FLOOR);
    }

    /** min(max(x, low), high); the gradient passes at the bounds. Infinite bounds are open. */
    public final Tensor clamp(double low, double high) {
        return ops().clamp(self, low, high);
    }

    /** Each element 0 with probability p, else divided by 1 - p. See {@link Backend#dropout}. */
    public final Tensor dropout(double p, long stream) {
        return ops().dropout(self, p, stream);
    }

    // Truth

    public final Tensor compare(CompareOp op, Tensor other) {
        return ops(other).compare(op, self, other);
    }

    public final Tensor compare(CompareOp op, double value) {
        try (Scope scope = Scope.open(Origin.here())) {
            return scope.keep(ops().compare(op, self, constant(value)));
        }
    }

    public final Tensor and(Tensor other) {
        return ops(other).logical(LogicalOp.AND, self, other);
    }

    public final Tensor or(Tensor other) {
        return ops(other).logical(LogicalOp.OR, self, other);
    }

    public final Tensor not() {
        return ops().logicalNot(self);
    }

    /** {@code this ? ifTrue : ifFalse}, all three broadcast. This tensor is BOOL. */
    public final Tensor where(Tensor ifTrue, Tensor ifFalse) {
        return Backend.of(self, ifTrue, ifFalse).where(self, ifTrue, ifFalse);
    }

    /** {@code value} where the mask is true. The mask is BOOL and broadcasts to this shape. */
    public final Tensor maskedFill(Tensor mask, double value) {
        return ops(mask).maskedFill(self, mask, value);
    }

    /** Floating and integer types convert into each other (towards zero); BOOL converts to 0 and 1, and from x != 0. */
    public final Tensor cast(DType target) {
        return ops().cast(self, target);
    }

    // Reductions

    /** Sum over the axes (all if none are named); reduced axes disappear. */
    public final Tensor sum(int... axes) {
        return reduce(ReduceOp.SUM, false, axes);
    }

    public final Tensor mean(int... axes) {
        return reduce(ReduceOp.MEAN, false, axes);
    }

    public final Tensor max(int... axes) {
        return reduce(ReduceOp.MAX, false, axes);
    }

    public final Tensor min(int... axes) {
        return reduce(ReduceOp.MIN, false, axes);
    }

    public final Tensor reduce(ReduceOp op, boolean keepDims, int... axes) {
        return ops().reduce(op, self, axes, keepDims);
    }

    /** The unbiased variance over the axes, which disappear. See {@link Backend#variance}. */
    public final Tensor variance(int... axes) {
        return ops().variance(self, axes, 1, false);
    }

    /** Euclidean norm over the axes, which disappear. */
    public final Tensor norm(int... axes) {
        return ops().norm(self, axes, false);
    }

    /** Place (I64) of the first largest element along an axis, which disappears. */
    public final Tensor argMax(int axis) {
        return ops().argReduce(true, self, axis);
    }

    /** Place (I64) of the first smallest element along an axis, which disappears. */
    public final Tensor argMin(int axis) {
        return ops().argReduce(false, self, axis);
    }

    public final Tensor cumsum(int axis) {
        return ops().cumsum(self, axis);
    }

    public final Tensor softmax(int axis) {
        return ops().softmax(self, self.axis(axis));
    }

    public final Tensor logSoftmax(int axis) {
        return ops().logSoftmax(self, self.axis(axis));
    }

    // Linear algebra

    /** Matrix product over the last two axes; leading axes broadcast. See {@link Backend#matmul}. */
    public final Tensor matmul(Tensor other) {
        return matmul(other, false, false);
    }

    public final Tensor matmul(Tensor other, boolean transposeThis, boolean transposeOther) {
        return ops(other).matmul(self, other, transposeThis, transposeOther);
    }

    // Movement

    /** The same elements in another shape; one extent may be -1 and is then computed. Shares memory. */
    public final Tensor reshape(int... extents) {
        int[] resolved = extents.clone();
        int open = -1;
        long known = 1;
        for (int i = 0; i < resolved.length; i++) {
            if (resolved[i] == -1 && open < 0) {
                open = i;
            } else {
                known *= resolved[i];
            }
        }
        if (open >= 0) {
            if (known == 0 || self.size() % known != 0) {
                throw new ShapeException("Cannot reshape " + self.shape() + " to " + Arrays.toString(extents), self);
            }
            resolved[open] = Math.toIntExact(self.size() / known);
        }
        return reshape(Shape.of(resolved));
    }

    /** The same elements in another shape. Shares memory. */
    public final Tensor reshape(Shape target) {
        return ops().reshape(self, target);
    }

    /** An axis of extent 1 put in before {@code axis}. Shares memory. */
    public final Tensor unsqueeze(int axis) {
        return ops().unsqueeze(self, axis);
    }

    /** Without the named axes, or without every axis of extent 1. Shares memory. */
    public final Tensor squeeze(int... axes) {
        return ops().squeeze(self, axes);
    }

    /** Rows [start, start + length) of the leading axis. Shares memory. */
    public final Tensor narrow(int start, int length) {
        return ops().narrow(self, start, length);
    }

    /** Axis i of the result is axis {@code axes[i]} of this tensor. */
    public final Tensor permute(int... axes) {
        return ops().permute(self, axes);
    }

    /** Elements [start, end) along one axis. */
    public final Tensor slice(int axis, int start, int end) {
        int resolved = self.axis(axis);
        int[] starts = new int[self.shape().rank()];
        int[] ends = self.shape().toArray();
        int[] steps = new int[starts.length];
        Arrays.fill(steps, 1);
        starts[resolved] = start;
        ends[resolved] = end;
        return ops().slice(self, starts, ends, steps);
    }

    /** Consecutive parts of these extents along an axis. */
    public final List<Tensor> split(int axis, int... sizes) {
        return ops().split(self, self.axis(axis), sizes);
    }

    /** At most {@code count} parts of one extent, the last one smaller. See {@link Backend#chunk}. */
    public final List<Tensor> chunk(int axis, int count) {
        return ops().chunk(self, self.axis(axis), count);
    }

    /** Reversed along the axes, or along all. */
    public final Tensor flip(int... axes) {
        return ops().flip(self, axes);
    }

    /** Laid side by side, {@code repeats[i]} times along axis i. */
    public final Tensor repeat(int... repeats) {
        return ops().repeat(self, repeats);
    }

    public final Tensor broadcastTo(Shape target) {
        return ops().broadcastTo(self, target);
    }

    /** This tensor and others of its shape but for {@code axis}, one behind the other along that axis. */
    public final Tensor concat(int axis, Tensor... others) {
        Tensor[] parts = withOthers(others);
        return Backend.of(parts).concat(self.axis(axis), parts);
    }

    /** This tensor and others of its shape along a new axis, which stands at {@code axis} of the result. */
    public final Tensor stack(int axis, Tensor... others) {
        Tensor[] parts = withOthers(others);
        return Backend.of(parts).stack(axis, parts);
    }

    private Tensor[] withOthers(Tensor... others) {
        Tensor[] parts = new Tensor[others.length + 1];
        parts[0] = self;
        System.arraycopy(others, 0, parts, 1, others.length);
        return parts;
    }

    /** {@code before[i]} and {@code after[i]} elements of {@code value} around axis i. */
    public final Tensor pad(int[] before, int[] after, double value) {
        return ops().pad(self, before, after, value);
    }

    // Selection

    /** Rows of {@code axis} picked by a 1-d index tensor. */
    public final Tensor indexSelect(int axis, Tensor index) {
        return ops(index).indexSelect(self, axis, index);
    }

    /** Elements along {@code axis} picked by an index tensor of this rank. See {@link Backend#gather}. */
    public final Tensor gather(int axis, Tensor index) {
        return ops(index).gather(self, axis, index);
    }

    /** This tensor plus slices of {@code source} at the places of a 1-d index along {@code axis}; repeats add up. */
    public final Tensor indexAdd(int axis, Tensor index, Tensor source) {
        return Backend.of(self, index, source).indexAdd(self, axis, index, source);
    }

    /** This tensor plus elements of {@code source} at the places that {@link #gather} would pick. */
    public final Tensor scatterAdd(int axis, Tensor index, Tensor source) {
        return Backend.of(self, index, source).scatterAdd(self, axis, index, source);
    }

    /** Rows of this table, [V, ..], picked by an index of any shape. */
    public final Tensor embedding(Tensor index) {
        return ops(index).embedding(self, index);
    }

    /** 1 at the place that each index of this tensor names, else 0: [this.., classes]. */
    public final Tensor oneHot(int classes, DType dtype) {
        return ops().oneHot(self, classes, dtype);
    }

    /** {@code x[mask]} of NumPy, the mask over leading axes; waits for the mask's values. */
    public final Tensor maskSelect(Tensor mask) {
        return ops(mask).maskSelect(self, mask);
    }

    /** Coordinates of what is not zero, I64 [count, rank]; waits for the values. */
    public final Tensor nonzero() {
        return ops().nonzero(self);
    }

    /** Stable order along an axis; NaN is the largest. */
    public final Ordered sort(int axis, boolean descending) {
        return ops().sort(self, self.axis(axis), descending);
    }

    /** Places (I64) in the order of {@link #sort}. */
    public final Tensor argSort(int axis, boolean descending) {
        return ops().argSort(self, self.axis(axis), descending);
    }

    /** The largest or smallest element along an axis, which disappears, and its place; the gradient goes to the first of equals. */
    public final Ordered extreme(boolean largest, int axis) {
        return ops().extreme(largest, self, axis);
    }

    /** The k largest elements along an axis, largest first. */
    public final Ordered topK(int k, int axis) {
        return ops().topK(self, k, self.axis(axis), true);
    }
}
