/**
 * Gradients, and checks of gradients. Begin with {@link dev.retort.autograd.Tape}: it records what is computed from watched tensors and
 * gives {@link dev.retort.autograd.Gradients}. A {@link dev.retort.autograd.Parameter} is a tensor that an optimizer may change.
 *
 * <p>An operation of one's own is a {@link dev.retort.autograd.CustomOp}. {@link dev.retort.autograd.GradientCheck} holds gradients of
 * functions of tensors against central differences, {@link dev.retort.autograd.ParameterCheck} those of a whole model, and
 * {@link dev.retort.autograd.KernelCheck} those of a kernel on plain arrays that knows nothing of this engine.
 */
package dev.retort.autograd;
