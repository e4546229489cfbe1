/**
 * FCOS (arXiv 1904.01355, 2006.09214), in the variants of AdelaiDet, detectron2 and torchvision. Begin with {@link
 * dev.retort.detection.model.fcos.Fcos}.
 */
package dev.retort.detection.model.fcos;
