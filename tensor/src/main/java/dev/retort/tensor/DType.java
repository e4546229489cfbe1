package dev.retort.tensor;

/** The element types of a {@link Tensor}. F32 and F64 compute; I32 and I64 index; BOOL masks. */
public enum DType {
    /** IEEE 754 binary32, held in {@code float[]} by heap backends. */
    F32(4),
    /** IEEE 754 binary64, held in {@code double[]} by heap backends. */
    F64(8),
    /** Signed 32-bit integer, held in {@code int[]}. */
    I32(4),
    /** Signed 64-bit integer, held in {@code long[]}. */
    I64(8),
    /** Truth value, one byte, held in {@code byte[]} as 0 or 1. */
    BOOL(1);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** Size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    /** Whether arithmetic and gradients are defined on this type. */
    public boolean isFloating() {
        return this == F32 || this == F64;
    }

    /** Whether this type may hold an index. */
    public boolean isIndex() {
        return this == I32 || this == I64;
    }
}
