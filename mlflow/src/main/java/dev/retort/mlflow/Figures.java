package dev.retort.mlflow;

import java.util.Map;

/**
 * What is told of a step or an evaluation.
 *
 * @param evaluation whether it is of an evaluation
 * @param step as in metrics.jsonl
 * @param time milliseconds since 1970
 * @param values by name
 */
record Figures(boolean evaluation, long step, long time, Map<String, Double> values) {}
