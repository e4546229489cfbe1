/**
 * Files: {@link dev.retort.tensor.io.SafeTensors} reads tensors by name and {@link dev.retort.tensor.io.SafeTensorsWriter} writes them,
 * {@link dev.retort.tensor.io.SafeTensorsLayout} tells where tensors of any type lie, and
 * {@link dev.retort.tensor.io.AtomicFile} replaces a file whole or not at all. What is damaged is a
 * {@link dev.retort.tensor.io.SafeTensorsException} that says where.
 */
package dev.retort.tensor.io;
