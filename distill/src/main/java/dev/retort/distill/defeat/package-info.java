/** Decoupled features (DeFeat, arXiv 2103.14475), those of the pyramid. Begin with {@link dev.retort.distill.defeat.DeFeatLoss}. */
package dev.retort.distill.defeat;
