package dev.retort.bench.work;

import dev.retort.bench.network.ConvLayer;
import dev.retort.bench.network.NetworkLayers;
import dev.retort.bench.network.Scenario;
import dev.retort.nn.backbone.ResNetOptions;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Conv2dSpec;
import dev.retort.tensor.CoreOperations.Pooled;
import dev.retort.tensor.Pool2dSpec;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The layers of a RetinaNet one by one: every distinct convolution with its count, forward alone and with both gradients, and
 * the layers that only move memory. A name's {@code xN} says how often the network has the layer.
 */
public final class LayersSuite {
    /** The suite's name. */
    public static final String NAME = "layers";

    /** Last part of the names of forward rows. */
    public static final String FORWARD = "forward";

    /** Last part of the names of rows with gradients. */
    public static final String BACKWARD = "forward+backward";

    private LayersSuite() {}

    /** What a layer does: without gradients, or with them. */
    private record Passes(Runnable forward, Runnable both) {}

    @FunctionalInterface
    private interface Layer {
        Passes with(Operands operands);
    }

    public static List<Work> of(Scenario scenario) {
        List<Work> works = new ArrayList<>();
        for (ConvLayer layer : NetworkLayers.geometries(NetworkLayers.all(scenario, scenario.student()))) {
            addConvolution(works, layer);
        }
        ResNetOptions options = ResNetOptions.of(scenario.student()).withWidth(scenario.stem());
        int height = scenario.height() / 4;
        int width = scenario.width() / 4;
        int stem = scenario.stem();
        add(
                works,
                "max_pool",
                map(2 * height, 2 * width, stem, Map.of("kernel", 3, "stride", 2)),
                1,
                at -> maxPool(at, 2 * height, 2 * width, stem));
        for (int stage = 2; stage <= 5; stage++) {
            int rows = height >> (stage - 2);
            int columns = width >> (stage - 2);
            int channels = options.channels(stage);
            add(
                    works,
                    "residual",
                    map(rows, columns, channels, Map.of()),
                    options.blocks(stage),
                    at -> residual(at, rows, columns, channels));
        }
        int channels = options.channels(2);
        add(works, "frozen_norm", map(height, width, channels, Map.of()), 1, at -> norm(at, height, width, channels));
        add(works, "relu_map", map(height, width, channels, Map.of()), 1, at -> relu(at, height, width, channels));
        for (int level = 1; level <= 2; level++) {
            int rows = scenario.rows(level);
            int columns = scenario.columns(level);
            int pyramid = scenario.channels();
            add(
                    works,
                    "upsample",
                    map(rows, columns, pyramid, Map.of()),
                    1,
                    at -> upsample(at, rows, columns, pyramid));
        }
        return works;
    }

    private static Map<String, Object> map(int height, int width, int in, Map<String, Object> more) {
        Map<String, Object> task = new LinkedHashMap<>(Map.of("height", height, "width", width, "in", in));
        task.putAll(more);
        return task;
    }

    private static void add(List<Work> works, String kind, Map<String, Object> extents, int count, Layer layer) {
        String name = NAME + "/" + kind.replace('_', '-') + "-" + extents.get("in") + "-" + extents.get("height") + "x"
                + extents.get("width") + "-x" + count + "/";
        add(works, name, kind, extents, 0, 0, count, layer);
    }

    private static void addConvolution(List<Work> works, ConvLayer layer) {
        boolean image = layer.in() == 3;
        Map<String, Object> task = map(layer.height(), layer.width(), layer.in(), Map.of());
        task.put("out", layer.out());
        task.put("kernel", layer.kernel());
        task.put("stride", layer.stride());
        task.put("input_gradient", !image);
        String name = NAME + "/conv" + layer.geometry() + "-x" + layer.count() + "/";
        double operations = layer.operations();
        double both = operations * (image ? 2 : 3);
        add(works, name, "convolution", task, operations, both, layer.count(), at -> convolution(at, layer, !image));
    }

    private static void add(
            List<Work> works,
            String name,
            String kind,
            Map<String, Object> extents,
            double forward,
            double both,
            int count,
            Layer layer) {
        Map<String, Object> task = new LinkedHashMap<>(extents);
        task.put("kind", kind);
        task.put("backward", false);
        works.add(new Work(name + FORWARD, task, forward, count, operands -> layer.with(operands).forward));
        Map<String, Object> backward = new LinkedHashMap<>(task);
        backward.put("backward", true);
        works.add(new Work(name + BACKWARD, backward, both, count, operands -> layer.with(operands).both));
    }

    private static Passes convolution(Operands operands, ConvLayer layer, boolean inputGradient) {
        Backend backend = operands.backend();
        Conv2dSpec spec = Conv2dSpec.of(layer.stride(), layer.kernel() / 2);
        Tensor x = operands.random(1, layer.height(), layer.width(), layer.in());
        Tensor w = operands.random(layer.out(), layer.kernel(), layer.kernel(), layer.in());
        Tensor g = operands.random(1, layer.outHeight(), layer.outWidth(), layer.out());
        return new Passes(() -> backend.conv2d(x, w, spec), () -> {
            backend.conv2d(x, w, spec);
            if (inputGradient) {
                backend.conv2dInputGradient(g, w, x.shape(), spec);
            }
            backend.conv2dWeightGradient(x, g, w.shape(), spec);
        });
    }

    private static Passes maxPool(Operands operands, int height, int width, int channels) {
        Backend backend = operands.backend();
        Pool2dSpec spec = Pool2dSpec.of(3, 2, 1);
        Tensor x = operands.random(1, height, width, channels);
        Tensor g = operands.random(1, (height + 1) / 2, (width + 1) / 2, channels);
        return new Passes(() -> backend.maxPool2d(x, spec), () -> {
            Pooled pooled = backend.maxPool2d(x, spec);
            backend.maxPool2dGradient(g, pooled.indices(), x.shape());
        });
    }

    private static Passes residual(Operands operands, int height, int width, int channels) {
        Tensor x = operands.random(1, height, width, channels);
        Tensor y = operands.random(1, height, width, channels);
        Tensor g = operands.random(1, height, width, channels);
        // Both branches take the one gradient.
        return new Passes(() -> x.add(y).relu(), () -> operands.backend()
                .reluGradient(x.add(y).relu(), g));
    }

    private static Passes norm(Operands operands, int height, int width, int channels) {
        Tensor x = operands.random(1, height, width, channels);
        Tensor g = operands.random(1, height, width, channels);
        Tensor scale = operands.random(channels);
        Tensor shift = operands.random(channels);
        return new Passes(() -> x.mul(scale).add(shift), () -> {
            x.mul(scale).add(shift);
            g.mul(scale);
        });
    }

    private static Passes relu(Operands operands, int height, int width, int channels) {
        Tensor x = operands.random(1, height, width, channels);
        Tensor g = operands.random(1, height, width, channels);
        return new Passes(x::relu, () -> operands.backend().reluGradient(x.relu(), g));
    }

    private static Passes upsample(Operands operands, int height, int width, int channels) {
        Backend backend = operands.backend();
        Tensor x = operands.random(1, height, width, channels);
        Tensor g = operands.random(1, 2 * height, 2 * width, channels);
        return new Passes(() -> backend.resizeNearest(x, 2 * height, 2 * width), () -> {
            backend.resizeNearest(x, 2 * height, 2 * width);
            backend.resizeNearestGradient(g, x.shape());
        });
    }
}
