package dev.retort.cli.progress;

/**
 * A line of metrics.jsonl for an evaluation while training.
 *
 * @param iteration of the last step before it, counting from 0
 * @param ap COCO's AP, averaged over IoU 0.5 to 0.95; -1 without objects
 * @param ap50 AP at IoU 0.5
 * @param ap75 AP at IoU 0.75
 * @param best whether AP is the highest of the run so far
 */
public record EvaluationLine(long iteration, double ap, double ap50, double ap75, boolean best) {}
