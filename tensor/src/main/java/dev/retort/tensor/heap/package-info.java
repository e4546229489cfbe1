/**
 * Memory on the Java heap, for backends of the CPU: {@link dev.retort.tensor.heap.HeapMemory} pools arrays by size,
 * {@link dev.retort.tensor.heap.HeapOperations} puts them under {@link dev.retort.tensor.dense.DenseOperations}, and
 * {@link dev.retort.tensor.heap.Elements} reads and writes one element whatever the type.
 */
package dev.retort.tensor.heap;
