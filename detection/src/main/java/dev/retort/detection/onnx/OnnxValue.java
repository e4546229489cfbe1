package dev.retort.detection.onnx;

import java.util.Map;

/**
 * A tensor in an {@link OnnxGraph}: what a node gives, an input or a constant. Methods add nodes.
 *
 * @param name in the file, unique in the graph
 */
public record OnnxValue(OnnxGraph graph, String name) {
    /** The first output of an operator without attributes that takes this and others, in this order. */
    public OnnxValue op(String type, OnnxValue... others) {
        OnnxValue[] inputs = new OnnxValue[others.length + 1];
        inputs[0] = this;
        System.arraycopy(others, 0, inputs, 1, others.length);
        return graph.node(type, Map.of(), inputs);
    }

    /** The extent of an axis, 0 or more: int64 [1]. */
    public OnnxValue dim(int axis) {
        return graph.node("Shape", Map.of("start", axis, "end", axis + 1), this);
    }

    /** This in another shape: 0 keeps the extent of that axis, -1 takes what is left. */
    public OnnxValue reshape(long... shape) {
        return op("Reshape", graph.integers(shape));
    }

    /** An axis of extent 1 in front of {@code axis}. */
    public OnnxValue unsqueeze(int axis) {
        return op("Unsqueeze", graph.integers(axis));
    }

    /** The places [from, to) of an axis. */
    public OnnxValue slice(int axis, int from, int to) {
        return op("Slice", graph.integers(from), graph.integers(to), graph.integers(axis));
    }

    /** As float32. */
    public OnnxValue asFloat() {
        return graph.node("Cast", Map.of("to", OnnxGraph.FLOAT), this);
    }

    /** As int64. */
    public OnnxValue asInteger() {
        return graph.node("Cast", Map.of("to", OnnxGraph.INT64), this);
    }

    /** Axes in another order. */
    public OnnxValue transpose(long... axes) {
        return graph.node("Transpose", Map.of("perm", axes), this);
    }

    /** Of each image n the rows {@code index[n, i]} of this [N, R, ...]. */
    public OnnxValue rows(OnnxValue index) {
        return graph.node("GatherND", Map.of("batch_dims", 1), this, index.unsqueeze(2));
    }
}
