/**
 * Plain imitation of maps (FitNets, arXiv 1412.6550) and, near objects only, fine-grained mimic (FGFI, arXiv 1906.03609). Begin with
 * {@link dev.retort.distill.fitnet.FitNetLoss}.
 */
package dev.retort.distill.fitnet;
