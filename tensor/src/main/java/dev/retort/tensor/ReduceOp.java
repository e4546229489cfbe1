package dev.retort.tensor;

/** Reductions over a set of axes. */
public enum ReduceOp {
    /** sum; 0 of nothing */
    SUM,
    /** arithmetic mean; NaN of nothing */
    MEAN,
    /** largest; NaN if any is NaN; of nothing an error */
    MAX,
    /** smallest; NaN if any is NaN; of nothing an error */
    MIN
}
