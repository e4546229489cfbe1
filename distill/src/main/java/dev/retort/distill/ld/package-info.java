/**
 * Localization distillation (LD, arXiv 2102.12252): its loss and its regions, for detectors that predict a distribution over bins for
 * each edge of a box. Begin with {@link dev.retort.distill.ld.LdLoss}.
 */
package dev.retort.distill.ld;
