/** Binary classification and IoU distillation of dense predictions (BCKD, arXiv 2308.14286). Begin with {@link dev.retort.distill.bckd.BckdLoss}. */
package dev.retort.distill.bckd;
