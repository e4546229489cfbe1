package dev.retort.detection.onnx;

import dev.retort.detection.model.BoxDistribution;
import java.util.Map;
import java.util.stream.IntStream;

/** {@link BoxDistribution} as ONNX. */
public final class OnnxDistribution {
    private OnnxDistribution() {}

    /**
     * The distances that are expected, in strides.
     *
     * @param map logits, [N, A*4*17, H, W]
     * @return [N, H*W*A, 4]
     */
    public static OnnxValue distances(OnnxValue map) {
        OnnxGraph graph = map.graph();
        double[] bins =
                IntStream.range(0, BoxDistribution.BINS).asDoubleStream().toArray();
        OnnxValue edges = OnnxLayers.rows(map, BoxDistribution.BINS);
        return graph.node("Softmax", Map.of("axis", 2), edges)
                .op("MatMul", graph.numbers(new long[] {BoxDistribution.BINS, 1}, bins))
                .reshape(0, -1, BoxDistribution.EDGES);
    }

    /** Boxes XYXY, [N, k, 4], of distances in strides from the centers of anchors, [N, k, 4] both. */
    public static OnnxValue decode(OnnxValue distances, OnnxValue anchors, double stride) {
        OnnxGraph graph = distances.graph();
        OnnxValue center =
                anchors.slice(2, 0, 2).op("Add", anchors.slice(2, 2, 4)).op("Mul", graph.number(0.5));
        OnnxValue units = graph.numbers(new long[] {BoxDistribution.EDGES}, -stride, -stride, stride, stride);
        return distances.op("Mul", units).op("Add", graph.node("Concat", Map.of("axis", 2), center, center));
    }
}
