/**
 * Weights of other programs: their names, layouts and conventions, and ours. Begin with
 * {@link dev.retort.detection.weights.ForeignWeights}.
 */
package dev.retort.detection.weights;
