package dev.retort.kernels.device;

/** How products of float32 tensors are made where the device has tensor cores. Operands lie in memory, and sums are made, in float32 always. */
public enum Compute {
    /** In float32. */
    FP32,
    /** Operands are rounded to ten bits behind the point: about three digits. */
    TF32,
    /** Operands are rounded to seven bits behind the point: about two digits. */
    BF16
}
