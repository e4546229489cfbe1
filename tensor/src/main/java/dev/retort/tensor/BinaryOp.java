package dev.retort.tensor;

/** Elementwise arithmetic of two tensors of one dtype, with broadcasting ({@link Shape#broadcast}). */
public enum BinaryOp {
    ADD,
    SUB,
    MUL,
    DIV,
    /** a^b */
    POW,
    /** the larger; NaN if either is NaN */
    MAX,
    /** the smaller; NaN if either is NaN */
    MIN
}
