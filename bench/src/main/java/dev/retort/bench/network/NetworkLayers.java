package dev.retort.bench.network;

import dev.retort.bench.network.ConvLayer.Gradient;
import dev.retort.nn.backbone.ResNetOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Every convolution of a RetinaNet on one image, in the order of the forward pass; bottlenecks stride in their first 1x1. */
public final class NetworkLayers {
    /** Stages up to this one are frozen in training. */
    private static final int LAST_FROZEN = 2;

    private final Scenario scenario;
    private final List<ConvLayer> layers = new ArrayList<>();

    private NetworkLayers(Scenario scenario) {
        this.scenario = scenario;
    }

    /** Backbone and pyramid: what a teacher computes. */
    public static List<ConvLayer> features(Scenario scenario, int depth) {
        NetworkLayers network = new NetworkLayers(scenario);
        network.addBackbone(ResNetOptions.of(depth).withWidth(scenario.stem()));
        return network.layers;
    }

    /** The whole network. */
    public static List<ConvLayer> all(Scenario scenario, int depth) {
        NetworkLayers network = new NetworkLayers(scenario);
        network.addBackbone(ResNetOptions.of(depth).withWidth(scenario.stem()));
        network.addHead();
        return network.layers;
    }

    /** Layers of equal geometry and gradient as one, counted, in the order of their first. */
    public static List<ConvLayer> distinct(List<ConvLayer> layers) {
        return merged(layers, layer -> layer.geometry() + layer.gradient());
    }

    /** Layers of equal geometry as one, counted, in the order of their first. */
    public static List<ConvLayer> geometries(List<ConvLayer> layers) {
        return merged(layers, ConvLayer::geometry);
    }

    private static List<ConvLayer> merged(List<ConvLayer> layers, Function<ConvLayer, String> key) {
        Map<String, ConvLayer> merged = new LinkedHashMap<>();
        for (ConvLayer layer : layers) {
            merged.merge(key.apply(layer), layer, (first, next) -> first.withCount(first.count() + next.count()));
        }
        return List.copyOf(merged.values());
    }

    private void add(String name, int height, int width, int in, int out, int kernel, int stride, Gradient gradient) {
        layers.add(new ConvLayer(name, height, width, in, out, kernel, stride, gradient, 1));
    }

    private void addBackbone(ResNetOptions options) {
        int height = scenario.height();
        int width = scenario.width();
        int in = options.width();
        add("stem", height, width, 3, in, 7, 2, Gradient.NONE);
        // Stem and pool halve once each.
        height /= 4;
        width /= 4;
        for (int stage = 2; stage <= 5; stage++) {
            for (int block = 0; block < options.blocks(stage); block++) {
                int stride = block == 0 && stage > 2 ? 2 : 1;
                boolean first = stage == LAST_FROZEN + 1 && block == 0;
                addBlock(options, stage, block, height, width, in, stride, first);
                height = (height - 1) / stride + 1;
                width = (width - 1) / stride + 1;
                in = options.channels(stage);
            }
        }
        addPyramid(options);
    }

    /** @param first whether the block's input comes from a frozen stage */
    private void addBlock(
            ResNetOptions options, int stage, int block, int height, int width, int in, int stride, boolean first) {
        String name = "res" + stage + "." + block + ".";
        int out = options.channels(stage);
        int outHeight = (height - 1) / stride + 1;
        int outWidth = (width - 1) / stride + 1;
        Gradient inside = stage <= LAST_FROZEN ? Gradient.NONE : Gradient.BOTH;
        Gradient entry = first ? Gradient.WEIGHT : inside;
        if (options.hasBottlenecks()) {
            add(name + "conv1", height, width, in, out / 4, 1, stride, entry);
            add(name + "conv2", outHeight, outWidth, out / 4, out / 4, 3, 1, inside);
            add(name + "conv3", outHeight, outWidth, out / 4, out, 1, 1, inside);
        } else {
            add(name + "conv1", height, width, in, out, 3, stride, entry);
            add(name + "conv2", outHeight, outWidth, out, out, 3, 1, inside);
        }
        if (in != out || stride != 1) {
            add(name + "shortcut", height, width, in, out, 1, stride, entry);
        }
    }

    private void addPyramid(ResNetOptions options) {
        int channels = scenario.channels();
        for (int stage = 3; stage <= 5; stage++) {
            int level = stage - 3;
            int height = scenario.rows(level);
            int width = scenario.columns(level);
            add("lateral" + stage, height, width, options.channels(stage), channels, 1, 1, Gradient.BOTH);
            add("output" + stage, height, width, channels, channels, 3, 1, Gradient.BOTH);
        }
        add("p6", scenario.rows(2), scenario.columns(2), options.channels(5), channels, 3, 2, Gradient.BOTH);
        add("p7", scenario.rows(3), scenario.columns(3), channels, channels, 3, 2, Gradient.BOTH);
    }

    private void addHead() {
        int channels = scenario.channels();
        for (int level = 0; level < Scenario.LEVELS; level++) {
            int height = scenario.rows(level);
            int width = scenario.columns(level);
            String at = " at p" + (level + 3);
            for (int i = 0; i < 2 * scenario.convolutions(); i++) {
                add("tower" + at, height, width, channels, channels, 3, 1, Gradient.BOTH);
            }
            int classes = Scenario.ANCHORS * scenario.classes();
            add("classes" + at, height, width, channels, classes, 3, 1, Gradient.BOTH);
            add("boxes" + at, height, width, channels, Scenario.ANCHORS * 4, 3, 1, Gradient.BOTH);
        }
    }
}
