/** Cross-head distillation of dense predictions (CrossKD, arXiv 2306.11369). Begin with {@link dev.retort.distill.crosskd.CrossKdLoss}. */
package dev.retort.distill.crosskd;
