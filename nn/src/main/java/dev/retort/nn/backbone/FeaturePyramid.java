package dev.retort.nn.backbone;

import dev.retort.nn.BuildContext;
import dev.retort.nn.Conv2d;
import dev.retort.nn.Module;
import dev.retort.nn.backbone.PyramidOptions.TopBlock;
import dev.retort.nn.init.Initializers;
import dev.retort.tensor.Pool2dSpec;
import dev.retort.tensor.Scope;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * Feature pyramid (arXiv 1612.03144) under detectron2's names. Laterals are 1x1 convolutions of the backbone's maps; from the top
 * down each is summed with the nearest-neighbor 2x of the one above, and a 3x3 convolution gives a level. A {@link TopBlock} makes
 * the levels coarser than p5. All convolutions have biases, no norm.
 */
public final class FeaturePyramid extends Module {
    private static final Pool2dSpec EVERY_SECOND = Pool2dSpec.of(1, 2, 0);

    private final PyramidOptions options;
    /** By stage, finest first. */
    private final List<Conv2d> laterals = new ArrayList<>();

    private final List<Conv2d> outputs = new ArrayList<>();
    /** Null where the top block has no weights. */
    private final Conv2d p6;

    private final Conv2d p7;

    /** @param stageChannels channels of the backbone's map of a stage, 2 to 5 */
    public FeaturePyramid(BuildContext context, PyramidOptions options, IntUnaryOperator stageChannels) {
        super(context);
        this.options = options;
        int out = options.channels();
        for (int stage = options.finest(); stage <= PyramidOptions.COARSEST_STAGE; stage++) {
            laterals.add(convolution("fpn_lateral" + stage, stageChannels.applyAsInt(stage), out, 1, 1));
            outputs.add(convolution("fpn_output" + stage, out, out, 3, 1));
        }
        if (options.top() instanceof TopBlock.Convolutions top) {
            int source = top.source() == PyramidOptions.Source.P5
                    ? out
                    : stageChannels.applyAsInt(PyramidOptions.COARSEST_STAGE);
            p6 = convolution("top_block.p6", source, out, 3, 2);
            p7 = convolution("top_block.p7", out, out, 3, 2);
        } else {
            p6 = null;
            p7 = null;
        }
    }

    private Conv2d convolution(String name, int in, int out, int kernel, int stride) {
        return child(
                name,
                at -> new Conv2d(
                        at,
                        Conv2d.of(in, out, kernel)
                                .withStride(stride)
                                .withInit(Initializers.unitVarianceFanIn(), Initializers.zeros())));
    }

    /** Which pyramid this is. */
    public PyramidOptions options() {
        return options;
    }

    /**
     * The levels, finest first: [N, H_l, W_l, channels] each.
     *
     * @throws ShapeException if a map is not exactly twice as high and wide as the next: pad images to a multiple of 32
     */
    public List<Tensor> forward(ResNet.Features features) {
        try (Scope scope = Scope.open()) {
            Tensor[] merged = new Tensor[laterals.size()];
            for (int i = merged.length - 1; i >= 0; i--) {
                Tensor map = features.stage(options.finest() + i);
                merged[i] = i == merged.length - 1
                        ? laterals.get(i).forward(map)
                        : merge(laterals.get(i), map, merged[i + 1]);
            }
            List<Tensor> levels = new ArrayList<>();
            for (int i = 0; i < merged.length; i++) {
                levels.add(outputs.get(i).forward(merged[i]));
            }
            Tensor p5 = levels.get(levels.size() - 1);
            if (options.top() instanceof TopBlock.PooledP5) {
                levels.add(p5.backend().maxPool2d(p5, EVERY_SECOND).values());
            } else if (options.top() instanceof TopBlock.Convolutions top) {
                Tensor level6 = p6.forward(top.source() == PyramidOptions.Source.P5 ? p5 : features.res5());
                levels.add(level6);
                levels.add(p7.forward(top.relu() ? level6.relu() : level6));
            }
            levels.forEach(scope::keep);
            return List.copyOf(levels);
        }
    }

    /** The lateral of {@code map} plus what lies above it. */
    private static Tensor merge(Conv2d lateral, Tensor map, Tensor top) {
        int height = map.dim(1);
        int width = map.dim(2);
        if (height != 2 * top.dim(1) || width != 2 * top.dim(2)) {
            throw new ShapeException("The pyramid needs maps that double in size from level to level, got "
                    + map.shape() + " below " + top.shape() + ": pad images to a multiple of 32");
        }
        try (Scope scope = Scope.open()) {
            return scope.keep(lateral.forward(map, top.backend().resizeNearest(top, height, width)));
        }
    }
}
