/**
 * Feature-richness scores (FRS, arXiv 2111.00674): imitation of maps and class scores where the teacher is sure of something. Begin
 * with {@link dev.retort.distill.frs.FrsLoss}.
 */
package dev.retort.distill.frs;
