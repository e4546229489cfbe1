/** Sums, means and extremes over axes, in an order of additions that depends on the shape alone. */
package dev.retort.kernels.simd.internal.reduction;
