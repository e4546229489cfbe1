/**
 * 3 x 3 convolutions of stride 1 by Winograd's algorithm (Lavin and Gray, "Fast algorithms for convolutional neural networks",
 * CVPR 2016), and the choice of an algorithm by shape.
 */
package dev.retort.kernels.simd.internal.winograd;
