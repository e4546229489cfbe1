/**
 * Blocked matrix products in the manner of Goto and van de Geijn, "Anatomy of high-performance matrix multiplication" (ACM TOMS 34(3),
 * 2008): packed panels, register tiles of the Vector API or of plain Java, and an epilogue while the sums are in cache.
 */
package dev.retort.kernels.simd.internal.product;
