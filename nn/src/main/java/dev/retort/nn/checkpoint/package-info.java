/**
 * Weights and optimizer state in files, and weights copied by name. Begin with {@link dev.retort.nn.checkpoint.Checkpoint}.
 */
package dev.retort.nn.checkpoint;
