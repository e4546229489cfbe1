/** Elementwise operations of two or three operands that are broadcast against each other. */
package dev.retort.kernels.simd.internal.elementwise;
