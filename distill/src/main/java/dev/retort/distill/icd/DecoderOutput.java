package dev.retort.distill.icd;

import dev.retort.tensor.Tensor;

/**
 * What one layer of the conditional decoder gives.
 *
 * @param queries [N, K, C]
 * @param logits [N, h, K, S] before softmax, minus infinity at padding; null where {@code weights} were asked for
 * @param weights [N, h, K, S], softmax of the logits over S; or null
 * @param values projected, [N, S, C], heads side by side
 */
public record DecoderOutput(Tensor queries, Tensor logits, Tensor weights, Tensor values) {}
