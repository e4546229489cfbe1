/**
 * What kernels run on: the pool of threads, working arrays, the Vector API and its width, and the numbers that are tuned to a processor.
 * No other package of the backend is used here.
 */
package dev.retort.kernels.simd.internal.run;
