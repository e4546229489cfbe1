/**
 * Modules of networks: layers with named parameters in detectron2's naming. Begin with {@link dev.retort.nn.Module}, then {@link
 * dev.retort.nn.Conv2d} and {@link dev.retort.nn.MultiheadAttention}.
 */
package dev.retort.nn;
