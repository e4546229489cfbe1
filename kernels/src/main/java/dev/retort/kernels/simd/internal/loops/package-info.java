/** Innermost loops over runs of an array, on the Vector API and in plain Java with the same results. They know no shapes and no threads. */
package dev.retort.kernels.simd.internal.loops;
