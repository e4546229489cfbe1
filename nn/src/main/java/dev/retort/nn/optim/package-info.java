/**
 * Optimizers, gradient clipping, accumulation and learning rate schedules. Begin with {@link dev.retort.nn.optim.Optimizer}.
 */
package dev.retort.nn.optim;
