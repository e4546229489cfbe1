/** Matrix products and convolutions over a pool of threads: what the backend calls, and benchmarks time. */
package dev.retort.kernels.simd.internal.engine;
