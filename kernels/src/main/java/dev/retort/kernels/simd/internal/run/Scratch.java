package dev.retort.kernels.simd.internal.run;

import dev.retort.tensor.DType;
import dev.retort.tensor.heap.HeapStorage;
import java.lang.reflect.Array;
import java.util.function.IntFunction;

/**
 * Working arrays, one of each use per thread, kept and only ever grown, so that kernels in steady state allocate nothing.
 * Contents are undefined. An array is valid until the same thread asks for the same use again.
 *
 * @param <A> float[] or double[]
 */
public final class Scratch<A> {
    /** What an array is for; two uses never share memory. */
    public enum Use {
        /** Rows of A, packed by one task. */
        LEFT,
        /** Panels of B, packed by one task. */
        RIGHT,
        /** Panels of the whole B, packed once and read by every task. */
        RIGHT_SHARED,
        /** A tile that sticks out of C. */
        TILE,
        /** A block of C before it is stored in an order of its own. */
        BLOCK,
        /** Sums of slices of the depth. */
        SLICES,
        /** Rows that are being rearranged. */
        ROWS,
        /** Weights of all points of a Winograd convolution, or its output gradients, read by every task. */
        POINT_WEIGHTS,
        /** Inputs of all points of a block of tiles. */
        POINT_INPUTS,
        /** Sums of all points of a block of tiles. */
        POINT_SUMS,
        /** What is transformed along one axis and not yet along the other. */
        TRANSFORM
    }

    /** Where contents that vectors are read from begin, for the reason given at {@link HeapStorage#start}. */
    public static final int START = HeapStorage.start(DType.F32);

    private final IntFunction<A> create;
    private final ThreadLocal<Object[]> arrays = ThreadLocal.withInitial(() -> new Object[Use.values().length]);

    public Scratch(IntFunction<A> create) {
        this.create = create;
    }

    /** An array of at least {@code size} elements from {@link #START} on. */
    @SuppressWarnings("unchecked")
    public A get(Use use, int size) {
        Object[] own = arrays.get();
        A array = (A) own[use.ordinal()];
        if (array == null || Array.getLength(array) < START + size) {
            array = create.apply(START + size);
            own[use.ordinal()] = array;
        }
        return array;
    }
}
