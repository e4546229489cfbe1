package dev.retort.tensor;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A dense row-major array of one {@link DType}, held by one {@link Backend}. Immutable to users: every operation returns a
 * new tensor. {@link #reshape} and {@link #narrow} share memory, and so do those made of them; all else copies.
 *
 * <p>Here is what a tensor is and how it is read; {@link TensorOperations} computes. Memory is freed by {@link #close}, usually
 * through a {@link Scope}.
 */
public non-sealed class Tensor extends TensorOperations implements AutoCloseable {
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

    /** The axis counted from the start; the error describes this tensor. */
    public final int axis(int axis) {
        return Operands.check(() -> shape.axis(axis), this);
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

    /** For errors, such as {@code Tensor F32 [2, 3] on simd, made at com.acme.Model.forward(Model.java:42)}. */
    public final String describe() {
        return summary() + ", made at " + origin;
    }

    /** What it is without its values, such as {@code Tensor F32 [2, 3] on simd}. */
    public final String summary() {
        return "Tensor " + dtype + " " + shape + " on " + backend.name() + (closed ? " (closed)" : "");
    }

    /**
     * {@link #summary()} and the values, long axes shortened, such as
     *
     * <pre>{@code
     * Tensor F32 [2, 3] on simd
     * [[ 1.0, 2.5, -3.0],
     *  [-0.5, 0.0,  4.0]]
     * }</pre>
     *
     * Only what is shown is read. A closed tensor has no values to show.
     */
    @Override
    public String toString() {
        if (closed) {
            return summary();
        }
        try (Tensor plain = plain()) {
            return summary() + "\n" + TensorText.of(plain);
        } catch (RuntimeException unreadable) {
            return summary() + " (its values cannot be read: " + unreadable.getMessage() + ")";
        }
    }

    /** The same memory without a tape, which hears nothing of it. Owned by the caller. */
    private Tensor plain() {
        storage().retain();
        return Scope.release(new Tensor(backend.root(), shape, dtype, storage, offset));
    }
}
