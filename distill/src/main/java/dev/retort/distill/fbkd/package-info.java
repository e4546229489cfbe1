/** Feature-based knowledge distillation (FBKD, Zhang and Ma, ICLR 2021). Begin with {@link dev.retort.distill.fbkd.FbkdLoss}. */
package dev.retort.distill.fbkd;
