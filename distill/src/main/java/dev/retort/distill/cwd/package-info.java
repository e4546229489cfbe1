/** Channel-wise distillation (CWD, arXiv 2011.13256). Begin with {@link dev.retort.distill.cwd.CwdLoss}. */
package dev.retort.distill.cwd;
