/** Masked generative distillation (MGD, arXiv 2205.01529). Begin with {@link dev.retort.distill.mgd.MgdLoss}. */
package dev.retort.distill.mgd;
