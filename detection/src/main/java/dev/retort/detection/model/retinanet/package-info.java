/**
 * RetinaNet (arXiv 1708.02002) as detectron2 builds it. Begin with {@link dev.retort.detection.model.retinanet.RetinaNet}.
 */
package dev.retort.detection.model.retinanet;
