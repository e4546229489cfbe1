/** Event files that TensorBoard shows. {@code training.tensorboard} of a recipe asks for them. */
package dev.retort.detection.tensorboard;
