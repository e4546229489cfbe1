/** The backend for CPUs: {@link dev.retort.kernels.simd.SimdBackend}, and its provider. The kernels lie below {@code internal}. */
package dev.retort.kernels.simd;
