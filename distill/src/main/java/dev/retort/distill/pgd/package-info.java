/** Prediction-guided distillation of dense detectors (PGD, arXiv 2203.05469). Begin with {@link dev.retort.distill.pgd.PgdLoss}. */
package dev.retort.distill.pgd;
