/**
 * Tensors and what computes with them. Begin with {@link dev.retort.tensor.Backends#create}, which gives a
 * {@link dev.retort.tensor.Backend} by name, {@code backend.tensor(...)}, which makes a {@link dev.retort.tensor.Tensor}, and the
 * methods of a tensor: {@link dev.retort.tensor.TensorOperations} and {@link dev.retort.tensor.NetworkOperations}.
 *
 * <p>A {@link dev.retort.tensor.Scope} owns the tensors made in it and frees them. Authors of a backend implement
 * {@link dev.retort.tensor.CoreOperations}, usually through {@code dev.retort.tensor.dense}, and name a
 * {@link dev.retort.tensor.BackendProvider} in {@code META-INF/services}. Shapes follow NumPy's rules, images are [N, H, W, C], and what
 * does not fit is a {@link dev.retort.tensor.ShapeException}.
 */
package dev.retort.tensor;
