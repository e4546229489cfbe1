/**
 * Residual nets (arXiv 1512.03385) and feature pyramids (arXiv 1612.03144). Begin with {@link dev.retort.nn.backbone.PyramidBackbone}.
 */
package dev.retort.nn.backbone;
