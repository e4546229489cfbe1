package dev.retort.detection.onnx;

import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/**
 * The pairs (anchor, class) of a level, to choose the best from. An anchor may be a point.
 *
 * @param ranks [N, R, K]: the best of a level have the highest
 * @param scores from ranks [N, k] of chosen pairs to their scores, or {@link OnnxSelection#NO_CANDIDATE} where a pair is below the
 *     threshold
 * @param encoded boxes as the head gives them, [N, R, 4]
 * @param anchors [R, 4]
 * @param decode from encoded boxes and their anchors, [N, k, 4] each, to boxes XYXY in pixels
 */
public record OnnxCandidates(
        OnnxValue ranks,
        UnaryOperator<OnnxValue> scores,
        OnnxValue encoded,
        OnnxValue anchors,
        BinaryOperator<OnnxValue> decode) {}
