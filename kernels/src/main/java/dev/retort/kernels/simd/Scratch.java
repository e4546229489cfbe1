package dev.retort.kernels.simd;

/**
 * Working arrays, one of each use per thread, kept and only ever grown, so that kernels in steady state allocate nothing.
 * Contents are undefined. An array is valid until the same thread asks for the same use again.
 */
final class Scratch {
    /** What an array is for; two uses never share memory. */
    enum Use {
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
        /** Rows that are being rearranged. */
        ROWS,
        /** Weights of all points of a Winograd convolution, read by every task. */
        POINT_WEIGHTS,
        /** Inputs of all points of a block of tiles. */
        POINT_INPUTS,
        /** Sums of all points of a block of tiles. */
        POINT_SUMS,
        /** What is transformed along one axis and not yet along the other. */
        TRANSFORM
    }

    private static final ThreadLocal<float[][]> FLOATS =
            ThreadLocal.withInitial(() -> new float[Use.values().length][0]);

    private Scratch() {}

    /** An array of at least {@code size} floats. */
    static float[] floats(Use use, int size) {
        float[][] own = FLOATS.get();
        float[] array = own[use.ordinal()];
        if (array.length < size) {
            array = new float[size];
            own[use.ordinal()] = array;
        }
        return array;
    }
}
