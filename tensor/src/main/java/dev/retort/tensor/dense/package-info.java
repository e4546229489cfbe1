/**
 * For authors of backends: {@link dev.retort.tensor.dense.DenseBackend} checks arguments and allocates results of transfer, views and
 * movement, {@link dev.retort.tensor.dense.DenseOperations} does the same for arithmetic. A subclass brings memory and the loops or
 * kernels, and gets arguments that fit.
 */
package dev.retort.tensor.dense;
