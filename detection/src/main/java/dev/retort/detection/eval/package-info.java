/** COCO's evaluation. Begin with {@link dev.retort.detection.eval.CocoEvaluator}. */
package dev.retort.detection.eval;
