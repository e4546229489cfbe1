package dev.retort.detection.onnx;

import dev.retort.detection.data.Normalization;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * What happens to RGB images before they enter a network.
 *
 * @param mean of red, green and blue in 0 to 255
 * @param std likewise
 * @param bgr whether the network takes blue first
 */
record OnnxInput(List<Double> mean, List<Double> std, boolean bgr) {
    private static final double DECIMALS = 1e9;

    /** A model's normalization: (value * scale - mean) / std in its own order of channels. */
    static OnnxInput of(Normalization normalization) {
        return new OnnxInput(
                in255(normalization.mean(), normalization),
                in255(normalization.std(), normalization),
                normalization.bgr());
    }

    private static List<Double> in255(List<Double> values, Normalization normalization) {
        List<Double> rgb = new ArrayList<>(values);
        if (normalization.bgr()) {
            Collections.reverse(rgb);
        }
        // 57.12, not 57.120000000000005: people read them in the metadata.
        rgb.replaceAll(value -> Math.rint(value / normalization.scale() * DECIMALS) / DECIMALS);
        return List.copyOf(rgb);
    }

    /** (value - mean) / std of images [N, 3, H, W]. */
    OnnxValue normalize(OnnxValue images) {
        return images.op("Sub", channels(images, mean)).op("Div", channels(images, std));
    }

    private static OnnxValue channels(OnnxValue images, List<Double> values) {
        return images.graph()
                .numbers(
                        new long[] {3, 1, 1},
                        values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** Images in the network's order of channels, zeros at the right and bottom up to the next multiple of {@code divisor}. */
    OnnxValue arrange(OnnxValue images, int divisor) {
        OnnxGraph graph = images.graph();
        OnnxValue ordered = bgr ? graph.node("Gather", Map.of("axis", 1), images, graph.integers(2, 1, 0)) : images;
        OnnxValue pads = graph.node(
                "Concat",
                Map.of("axis", 0),
                graph.integers(0, 0, 0, 0, 0, 0),
                missing(images, 2, divisor),
                missing(images, 3, divisor));
        return ordered.op("Pad", pads);
    }

    /** How much an extent lacks to the next multiple: -extent modulo the divisor. */
    private static OnnxValue missing(OnnxValue images, int axis, int divisor) {
        return images.dim(axis).op("Neg").op("Mod", images.graph().integers(divisor));
    }
}
