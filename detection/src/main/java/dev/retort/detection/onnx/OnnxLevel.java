package dev.retort.detection.onnx;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a head says of one level.
 *
 * @param map the level's feature map, [N, C, H, W]
 * @param outputs by name in the order of the file's outputs: [N, R, k] each, R the anchors or points of the level, row by row
 */
public record OnnxLevel(OnnxValue map, Map<String, OnnxValue> outputs) {
    public OnnxLevel {
        outputs = new LinkedHashMap<>(outputs);
    }
}
