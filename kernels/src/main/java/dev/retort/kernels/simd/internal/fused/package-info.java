/** Composed operations in one pass over memory: normalizations, softmax, losses and the steps of optimizers. */
package dev.retort.kernels.simd.internal.fused;
