package dev.retort.detection.onnx;

import dev.retort.detection.model.DetectionModel;
import dev.retort.nn.Conv2d;
import dev.retort.nn.GroupNorm;
import dev.retort.tensor.Conv2dSpec;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A network's layers by their full names, as nodes on maps [N, C, H, W]. Each call adds nodes; weights are added once, under their
 * names in the network, and read when the file is written.
 */
public final class OnnxLayers {
    private final OnnxGraph graph;
    private final Map<String, Conv2d> convolutions;
    private final Map<String, GroupNorm> groupNorms;
    private final Map<String, Tensor> state;

    /** @param network in evaluation mode, open until the graph has been written */
    OnnxLayers(OnnxGraph graph, DetectionModel network) {
        this.graph = graph;
        convolutions = network.modules(Conv2d.class);
        groupNorms = network.modules(GroupNorm.class);
        state = network.state();
    }

    public OnnxGraph graph() {
        return graph;
    }

    /** Whether there is a convolution of this name. */
    public boolean hasConvolution(String name) {
        return convolutions.containsKey(name);
    }

    /** A convolution with its norm or bias, and its ReLU if it has one. */
    public OnnxValue convolution(String name, OnnxValue x) {
        OnnxValue y = linear(name, x);
        return convolutions.get(name).options().relu() ? y.op("Relu") : y;
    }

    /** As {@link #convolution(String, OnnxValue)}, with {@code addend} added before the ReLU. */
    public OnnxValue convolution(String name, OnnxValue x, OnnxValue addend) {
        OnnxValue sum = linear(name, x).op("Add", addend);
        return convolutions.get(name).options().relu() ? sum.op("Relu") : sum;
    }

    private OnnxValue linear(String name, OnnxValue x) {
        Conv2d convolution = layer(convolutions, name);
        Conv2d.Options options = convolution.options();
        Conv2dSpec spec = options.spec();
        long in = options.in() / spec.groups();
        long side = options.kernel();
        OnnxValue weight = graph.weights(
                name + ".weight", new long[] {options.out(), in, side, side}, () -> channelsFirst(convolution));
        Map<String, ?> attributes = Map.of(
                "strides", new long[] {spec.strideH(), spec.strideW()},
                "pads", new long[] {spec.padH(), spec.padW(), spec.padH(), spec.padW()},
                "dilations", new long[] {spec.dilationH(), spec.dilationW()},
                "group", spec.groups(),
                "kernel_shape", new long[] {side, side});
        if (!convolution.hasBias()) {
            return graph.node("Conv", attributes, x, weight);
        }
        OnnxValue bias = graph.weights(name + ".bias", new long[] {options.out()}, inScope(convolution::effectiveBias));
        return graph.node("Conv", attributes, x, weight, bias);
    }

    /**
     * A {@link dev.retort.detection.model.HeadTower}.
     *
     * @param prefix of its layers' numbers, with the dot
     * @param norms whether group norms follow the convolutions
     */
    public OnnxValue tower(String prefix, int convolutions, boolean norms, OnnxValue map) {
        OnnxValue x = map;
        for (int i = 0; i < convolutions; i++) {
            x = convolution(prefix + (norms ? 3 : 2) * i, x);
            if (norms) {
                x = groupNorm(prefix + (3 * i + 1), x).op("Relu");
            }
        }
        return x;
    }

    private static Supplier<float[]> inScope(Supplier<Tensor> tensor) {
        return () -> {
            try (Scope scope = Scope.open()) {
                return tensor.get().toFloats();
            }
        };
    }

    /** The weight [out, h, w, in] as [out, in, h, w]. */
    private static float[] channelsFirst(Conv2d convolution) {
        float[] values = inScope(convolution::effectiveWeight).get();
        Conv2d.Options options = convolution.options();
        int in = options.in() / options.spec().groups();
        int window = options.kernel() * options.kernel();
        float[] turned = new float[values.length];
        int at = 0;
        for (int out = 0; out < options.out(); out++) {
            for (int channel = 0; channel < in; channel++) {
                for (int place = 0; place < window; place++) {
                    turned[at++] = values[(out * window + place) * in + channel];
                }
            }
        }
        return turned;
    }

    /**
     * A group norm. As InstanceNormalization of each group, then scale and shift: the operator GroupNormalization has scales of
     * channels only since opset 21.
     */
    public OnnxValue groupNorm(String name, OnnxValue x) {
        GroupNorm norm = layer(groupNorms, name);
        int groups = norm.groups();
        double[] ones = new double[groups];
        Arrays.fill(ones, 1);
        OnnxValue normalized = graph.node(
                        "InstanceNormalization",
                        Map.of("epsilon", (float) norm.eps()),
                        x.reshape(0, groups, -1),
                        graph.numbers(new long[] {groups}, ones),
                        graph.numbers(new long[] {groups}, new double[groups]))
                .op("Reshape", x.op("Shape"));
        return normalized.op("Mul", channels(name + ".weight")).op("Add", channels(name + ".bias"));
    }

    /** A weight [C] as [C, 1, 1]. */
    private OnnxValue channels(String name) {
        Tensor values = layer(state, name);
        return graph.weights(name, new long[] {values.dim(0), 1, 1}, values::toFloats);
    }

    /** A parameter or buffer as it is, in the network's own order of axes. */
    public OnnxValue weight(String name) {
        Tensor values = layer(state, name);
        Shape shape = values.shape();
        long[] dims = new long[shape.rank()];
        for (int axis = 0; axis < dims.length; axis++) {
            dims[axis] = shape.dim(axis);
        }
        return graph.weights(name, dims, values::toFloats);
    }

    /** A map [N, k*A, H, W] as rows of k numbers, [N, H*W*A, k], in the order of the network's own outputs. */
    public static OnnxValue rows(OnnxValue map, int k) {
        return map.transpose(0, 2, 3, 1).reshape(0, -1, k);
    }

    private static <T> T layer(Map<String, T> layers, String name) {
        T layer = layers.get(name);
        if (layer == null) {
            throw new IllegalArgumentException("The network has no " + name);
        }
        return layer;
    }
}
