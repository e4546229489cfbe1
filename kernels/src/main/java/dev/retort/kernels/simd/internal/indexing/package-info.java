/** Operations that move elements by index: permutation, selection, running sums along an axis, pooling and resizing. */
package dev.retort.kernels.simd.internal.indexing;
