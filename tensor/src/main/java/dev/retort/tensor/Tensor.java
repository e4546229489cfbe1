package dev.retort.tensor;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A dense row-major array of one {@link DType}, held by one {@link Backend}. Immutable to users: every operation returns a
 * new tensor. {@link #reshape} and {@link #narrow} share memory, all else copies.
 *
 * <p>Methods dispatch to the outermost tape among the operands' backends, else to the backend that they share. Memory is
 * freed by {@link #close}, usually through a {@link Scope}.
 */
public class Tensor implements AutoCloseable {
    private static final AtomicLong MADE = new AtomicLong();

    /** The scope that closes this tensor, and its place there; null when the holder does. */
    Scope scope;

    int slot;
    /** Whether it was a scope that closed this tensor. */
    boolean closedByScope;

    private final Backend backend;
    private final Shape shape;
    private final DType dtype;
    private final Storage storage;
    private final long offset;
    private final Origin origin;
    private final long number = MADE.getAndIncrement();
    private boolean closed;

    /**
     * For backends: wraps memory whose one reference now belongs to this tensor.
     *
     * @param offset first element, counted in elements of dtype
     */
    public Tensor(Backend backend, Shape shape, DType dtype, Storage storage, long offset) {
        this.backend = backend;
        this.shape = shape;
        this.dtype = dtype;
        this.storage = storage;
        this.offset = offset;
        this.origin = Origin.here();
        Scope.adopt(this);
    }

    /** For tapes: the memory of {@code other}, shared, as a tensor of another backend. It was made where the other was. */
    protected Tensor(Backend backend, Tensor other) {
        this.backend = backend;
        this.shape = other.shape;
        this.dtype = other.dtype;
        this.storage = other.storage();
        this.offset = other.offset;
        this.origin = other.origin;
        storage.retain();
        Scope.adopt(this);
    }

    /** The backend that made this tensor. */
    public final Backend backend() {
        return backend;
    }

    public final Shape shape() {
        return shape;
    }

    public final DType dtype() {
        return dtype;
    }

    /** The extent of one axis; negative axes count from the end. */
    public final int dim(int axis) {
        return shape.dim(axis(axis));
    }

    private int axis(int axis) {
        try {
            return shape.axis(axis);
        } catch (ShapeException e) {
            throw new ShapeException(e.getMessage(), this);
        }
    }

    /** Number of elements. */
    public final long size() {
        return shape.size();
    }

    /** For backends: the memory, which must still be held. */
    public final Storage storage() {
        if (closed) {
            throw new IllegalStateException(describe() + ", is used after "
                    + (closedByScope ? "the scope or tape that owned it" : "it")
                    + " was closed; results leave their scope by scope.keep(tensor)");
        }
        return storage;
    }

    /** For backends: the first element's place in the storage, in elements. */
    public final long offset() {
        return offset;
    }

    public final boolean isClosed() {
        return closed;
    }

    /** Where this tensor was made; views and copies have places of their own. */
    public final Origin origin() {
        return origin;
    }

    /** Whether this tensor was made before another one. */
    public final boolean isOlderThan(Tensor other) {
        return number < other.number;
    }

    /** Another tensor on the same memory, owned by nobody but the caller. */
    public Tensor alias() {
        return Scope.release(new Tensor(backend, this));
    }

    /** The same values cut off from every tape: a constant from here on. Shares memory; a member of the current scope. */
    public Tensor detach() {
        storage().retain();
        return new Tensor(backend, shape, dtype, storage, offset);
    }

    /** Gives the memory back, once; later calls do nothing. */
    @Override
    public void close() {
        if (!closed) {
            if (scope != null) {
                Scope.release(this);
            }
            closed = true;
            storage.release();
        }
    }

    // Reading

    /** A copy of the values, in row-major order. Every dtype converts; truth values give 0 and 1. */
    public final float[] toFloats() {
        try (Tensor plain = detach();
                Tensor cast = backend.root().cast(plain, DType.F32)) {
            float[] values = new float[Math.toIntExact(size())];
            cast.backend.download(cast, values);
            return values;
        }
    }

    /** A copy of the values, in row-major order. Any dtype but BOOL converts. */
    public final double[] toDoubles() {
        switch (dtype) {
            case F64 -> {
                double[] values = new double[Math.toIntExact(size())];
                backend.root().download(this, values);
                return values;
            }
            case F32 -> {
                float[] values = new float[Math.toIntExact(size())];
                backend.root().download(this, values);
                double[] wide = new double[values.length];
                for (int i = 0; i < wide.length; i++) {
                    wide[i] = values[i];
                }
                return wide;
            }
            default -> {
                return Arrays.stream(toLongs()).asDoubleStream().toArray();
            }
        }
    }

    /** A copy of the values of an integer tensor. */
    public final long[] toLongs() {
        int size = Math.toIntExact(size());
        switch (dtype) {
            case I64 -> {
                long[] values = new long[size];
                backend.root().download(this, values);
                return values;
            }
            case I32 -> {
                int[] values = new int[size];
                backend.root().download(this, values);
                return Arrays.stream(values).asLongStream().toArray();
            }
            default -> throw new ShapeException("A tensor of type " + dtype + " holds no integers", this);
        }
    }

    /** A copy of the values of a BOOL tensor. */
    public final boolean[] toBooleans() {
        if (dtype != DType.BOOL) {
            throw new ShapeException("A tensor of type " + dtype + " holds no truth values", this);
        }
        byte[] bytes = new byte[Math.toIntExact(size())];
        backend.root().download(this, bytes);
        boolean[] values = new boolean[bytes.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = bytes[i] != 0;
        }
        return values;
    }

    /** The value of a tensor of one element. */
    public final double item() {
        if (size() != 1) {
            throw new ShapeException("item() needs a tensor of one element, this one has shape " + shape, this);
        }
        return toDoubles()[0];
    }

    // Elementwise

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
        return Backend.of(this, other).binary(op, this, other);
    }

    /**
     * The operation with a constant of this tensor's dtype on the right.
     *
     * @throws ShapeException if an integer type does not hold the constant
     */
    public final Tensor binary(BinaryOp op, double value) {
        try (Scope scope = Scope.open(Origin.here())) {
            return scope.keep(backend.binary(op, this, constant(value)));
        }
    }

    private Tensor constant(double value) {
        if (dtype.isIndex() && (dtype == DType.I32 ? (int) value : (long) value) != value) {
            throw new ShapeException(
                    "A tensor " + dtype + " " + shape + " does not compute with " + value + ": cast it to F32 first",
                    this);
        }
        return backend.root().full(Shape.SCALAR, dtype, value);
    }

    public final Tensor unary(UnaryOp op) {
        return backend.unary(op, this);
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

    public final Tensor relu() {
        return unary(UnaryOp.RELU);
    }

    public final Tensor sigmoid() {
        return unary(UnaryOp.SIGMOID);
    }

    /** min(max(x, low), high); the gradient passes at the bounds. Infinite bounds are open. */
    public final Tensor clamp(double low, double high) {
        return backend.clamp(this, low, high);
    }

    public final Tensor compare(CompareOp op, Tensor other) {
        return Backend.of(this, other).compare(op, this, other);
    }

    public final Tensor compare(CompareOp op, double value) {
        try (Scope scope = Scope.open(Origin.here())) {
            return scope.keep(backend.compare(op, this, constant(value)));
        }
    }

    /** {@code this ? ifTrue : ifFalse}, all three broadcast. This tensor is BOOL. */
    public final Tensor where(Tensor ifTrue, Tensor ifFalse) {
        return Backend.of(this, ifTrue, ifFalse).where(this, ifTrue, ifFalse);
    }

    /** Floating and integer types convert into each other (towards zero); BOOL converts to 0 and 1, and from x != 0. */
    public final Tensor cast(DType target) {
        return backend.cast(this, target);
    }

    // Reductions

    /** Sum over the axes (all if none are named); reduced axes disappear. */
    public final Tensor sum(int... axes) {
        return backend.reduce(ReduceOp.SUM, this, axes, false);
    }

    public final Tensor mean(int... axes) {
        return backend.reduce(ReduceOp.MEAN, this, axes, false);
    }

    public final Tensor max(int... axes) {
        return backend.reduce(ReduceOp.MAX, this, axes, false);
    }

    public final Tensor min(int... axes) {
        return backend.reduce(ReduceOp.MIN, this, axes, false);
    }

    public final Tensor reduce(ReduceOp op, boolean keepDims, int... axes) {
        return backend.reduce(op, this, axes, keepDims);
    }

    public final Tensor softmax(int axis) {
        return backend.softmax(this, axis(axis));
    }

    // Linear algebra

    /** Matrix product over the last two axes; leading axes broadcast. See {@link Backend#matmul}. */
    public final Tensor matmul(Tensor other) {
        return matmul(other, false, false);
    }

    public final Tensor matmul(Tensor other, boolean transposeThis, boolean transposeOther) {
        return Backend.of(this, other).matmul(this, other, transposeThis, transposeOther);
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
            if (known == 0 || size() % known != 0) {
                throw new ShapeException("Cannot reshape " + shape + " to " + Arrays.toString(extents), this);
            }
            resolved[open] = Math.toIntExact(size() / known);
        }
        return reshape(Shape.of(resolved));
    }

    /** The same elements in another shape. Shares memory. */
    public final Tensor reshape(Shape target) {
        return backend.reshape(this, target);
    }

    /** Rows [start, start + length) of the leading axis. Shares memory. */
    public final Tensor narrow(int start, int length) {
        return backend.narrow(this, start, length);
    }

    /** Axis i of the result is axis {@code axes[i]} of this tensor. */
    public final Tensor permute(int... axes) {
        return backend.permute(this, axes);
    }

    /** Elements [start, end) along one axis. */
    public final Tensor slice(int axis, int start, int end) {
        int resolved = axis(axis);
        int[] starts = new int[shape.rank()];
        int[] ends = shape.toArray();
        int[] steps = new int[shape.rank()];
        Arrays.fill(steps, 1);
        starts[resolved] = start;
        ends[resolved] = end;
        return backend.slice(this, starts, ends, steps);
    }

    public final Tensor broadcastTo(Shape target) {
        return backend.broadcastTo(this, target);
    }

    /** Rows of {@code axis} picked by a 1-d index tensor. */
    public final Tensor indexSelect(int axis, Tensor index) {
        return Backend.of(this, index).indexSelect(this, axis, index);
    }

    /** For errors, such as {@code Tensor F32 [2, 3] on simd, made at com.acme.Model.forward(Model.java:42)}. */
    public final String describe() {
        return this + ", made at " + origin;
    }

    /** For example {@code Tensor F32 [2, 3] on simd}. */
    @Override
    public String toString() {
        return "Tensor " + dtype + " " + shape + " on " + backend.name() + (closed ? " (closed)" : "");
    }
}
