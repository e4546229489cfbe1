/** Focal and global distillation (FGD, arXiv 2111.11837). Begin with {@link dev.retort.distill.fgd.FgdLoss}. */
package dev.retort.distill.fgd;
