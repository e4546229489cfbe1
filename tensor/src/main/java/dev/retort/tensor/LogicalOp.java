package dev.retort.tensor;

/** Elementwise logic of two BOOL tensors, with broadcasting. */
public enum LogicalOp {
    AND,
    OR,
    XOR
}
