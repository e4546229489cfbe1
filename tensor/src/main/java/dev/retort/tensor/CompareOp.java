package dev.retort.tensor;

/** Elementwise comparisons, with broadcasting; the result is BOOL. Comparisons with NaN are false, except NE. */
public enum CompareOp {
    EQ,
    NE,
    LT,
    LE,
    GT,
    GE
}
