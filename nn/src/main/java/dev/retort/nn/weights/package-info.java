/**
 * Weight files of other programs: torch's zip, stream and tar formats, bare pickles of NumPy arrays, and safetensors. Begin with
 * {@link dev.retort.nn.weights.WeightFile}. Nothing that a file names is ever looked up, constructed or run: of a pickle, only tensors
 * and plain containers are read, by an unpickler of its own with a list of the names that may occur. What is wrong with a file is a
 * {@link dev.retort.nn.weights.WeightFileException}.
 */
package dev.retort.nn.weights;
