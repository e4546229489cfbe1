package dev.retort.detection.onnx;

import dev.retort.nn.backbone.PyramidOptions;
import dev.retort.nn.backbone.PyramidOptions.Source;
import dev.retort.nn.backbone.PyramidOptions.TopBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A {@link dev.retort.nn.backbone.PyramidBackbone} as nodes, by the names of its layers. */
public final class OnnxBackbone {
    private static final int COARSEST_STAGE = 5;

    private final OnnxLayers layers;
    private final String name;
    private final PyramidOptions pyramid;

    private OnnxBackbone(OnnxLayers layers, String name, PyramidOptions pyramid) {
        this.layers = layers;
        this.name = name;
        this.pyramid = pyramid;
    }

    /**
     * Adds the residual net and the pyramid on it.
     *
     * @param name of the backbone in the network
     * @param images [N, 3, H, W], H and W multiples of 32
     * @return the levels, finest first: [N, C, H_l, W_l] each
     */
    public static List<OnnxValue> levels(OnnxLayers layers, String name, PyramidOptions pyramid, OnnxValue images) {
        OnnxBackbone backbone = new OnnxBackbone(layers, name, pyramid);
        return backbone.pyramid(backbone.stages(images));
    }

    /** The maps of res2 to res5. */
    private List<OnnxValue> stages(OnnxValue images) {
        OnnxValue x = layers.graph()
                .node(
                        "MaxPool",
                        Map.of(
                                "kernel_shape", new long[] {3, 3},
                                "strides", new long[] {2, 2},
                                "pads", new long[] {1, 1, 1, 1}),
                        layers.convolution(name + ".bottom_up.stem.conv1", images));
        List<OnnxValue> stages = new ArrayList<>();
        for (int stage = 2; stage <= COARSEST_STAGE; stage++) {
            String prefix = name + ".bottom_up.res" + stage + ".";
            for (int block = 0; layers.hasConvolution(prefix + block + ".conv1"); block++) {
                x = block(prefix + block, x);
            }
            stages.add(x);
        }
        return stages;
    }

    private OnnxValue block(String block, OnnxValue x) {
        int last = layers.hasConvolution(block + ".conv3") ? 3 : 2;
        OnnxValue y = x;
        for (int i = 1; i < last; i++) {
            y = layers.convolution(block + ".conv" + i, y);
        }
        String shortcut = block + ".shortcut";
        OnnxValue addend = layers.hasConvolution(shortcut) ? layers.convolution(shortcut, x) : x;
        return layers.convolution(block + ".conv" + last, y, addend);
    }

    private List<OnnxValue> pyramid(List<OnnxValue> stages) {
        List<OnnxValue> levels = new ArrayList<>();
        OnnxValue merged = null;
        for (int stage = COARSEST_STAGE; stage >= pyramid.finest(); stage--) {
            String lateral = name + ".fpn_lateral" + stage;
            OnnxValue map = stages.get(stage - 2);
            merged = merged == null
                    ? layers.convolution(lateral, map)
                    : layers.convolution(lateral, map, twiceAsLarge(merged));
            levels.add(0, layers.convolution(name + ".fpn_output" + stage, merged));
        }
        addTop(levels, stages.get(COARSEST_STAGE - 2));
        return levels;
    }

    /** Each cell becomes four. */
    private OnnxValue twiceAsLarge(OnnxValue map) {
        OnnxGraph graph = layers.graph();
        return graph.node(
                "Resize",
                Map.of(
                        "mode", "nearest",
                        "coordinate_transformation_mode", "asymmetric",
                        "nearest_mode", "floor"),
                map,
                graph.none(),
                graph.numbers(new long[] {4}, 1, 1, 2, 2));
    }

    private void addTop(List<OnnxValue> levels, OnnxValue res5) {
        OnnxValue p5 = levels.get(levels.size() - 1);
        if (pyramid.top() instanceof TopBlock.PooledP5) {
            levels.add(layers.graph()
                    .node("MaxPool", Map.of("kernel_shape", new long[] {1, 1}, "strides", new long[] {2, 2}), p5));
        } else if (pyramid.top() instanceof TopBlock.Convolutions top) {
            OnnxValue p6 = layers.convolution(name + ".top_block.p6", top.source() == Source.P5 ? p5 : res5);
            levels.add(p6);
            levels.add(layers.convolution(name + ".top_block.p7", top.relu() ? p6.op("Relu") : p6));
        }
    }
}
