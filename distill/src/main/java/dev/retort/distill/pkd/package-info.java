/** Pearson knowledge distillation (PKD, arXiv 2207.02039). Begin with {@link dev.retort.distill.pkd.PkdLoss}. */
package dev.retort.distill.pkd;
