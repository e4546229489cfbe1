package dev.retort.nn.backbone;

import dev.retort.nn.BuildContext;
import dev.retort.nn.Conv2d;
import dev.retort.nn.Module;
import dev.retort.nn.init.Initializers;
import dev.retort.tensor.Scope;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import java.util.List;

/**
 * Feature pyramid (arXiv 1612.03144) with RetinaNet's two coarse levels, under detectron2's names. Laterals are 1x1
 * convolutions of res3, res4, res5; from the top down each is summed with the nearest-neighbour 2x of the one above, and a
 * 3x3 convolution gives p3, p4, p5. p6 is a 3x3 convolution of stride 2 on res5, p7 one on relu(p6). All have biases, no norm.
 */
public final class FeaturePyramid extends Module {
    private final Conv2d lateral3;
    private final Conv2d output3;
    private final Conv2d lateral4;
    private final Conv2d output4;
    private final Conv2d lateral5;
    private final Conv2d output5;
    private final Conv2d p6;
    private final Conv2d p7;

    /**
     * @param in3 channels of res3, likewise res4 and res5
     * @param out channels of every level
     */
    public FeaturePyramid(BuildContext context, int in3, int in4, int in5, int out) {
        super(context);
        lateral3 = convolution("fpn_lateral3", in3, out, 1, 1);
        output3 = convolution("fpn_output3", out, out, 3, 1);
        lateral4 = convolution("fpn_lateral4", in4, out, 1, 1);
        output4 = convolution("fpn_output4", out, out, 3, 1);
        lateral5 = convolution("fpn_lateral5", in5, out, 1, 1);
        output5 = convolution("fpn_output5", out, out, 3, 1);
        p6 = convolution("top_block.p6", in5, out, 3, 2);
        p7 = convolution("top_block.p7", out, out, 3, 2);
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

    /**
     * The levels p3, p4, p5, p6, p7: [N, H_l, W_l, out] each.
     *
     * @throws ShapeException if a map is not exactly twice as high and wide as the next: pad pictures to a multiple of 32
     */
    public List<Tensor> forward(ResNet.Features features) {
        try (Scope scope = Scope.open()) {
            Tensor top5 = lateral5.forward(features.res5());
            Tensor top4 = merge(lateral4, features.res4(), top5);
            Tensor top3 = merge(lateral3, features.res3(), top4);
            Tensor level6 = p6.forward(features.res5());
            return List.of(
                    scope.keep(output3.forward(top3)),
                    scope.keep(output4.forward(top4)),
                    scope.keep(output5.forward(top5)),
                    scope.keep(level6),
                    scope.keep(p7.forward(level6.relu())));
        }
    }

    /** The lateral of {@code map} plus what lies above it. */
    private static Tensor merge(Conv2d lateral, Tensor map, Tensor top) {
        int height = map.dim(1);
        int width = map.dim(2);
        if (height != 2 * top.dim(1) || width != 2 * top.dim(2)) {
            throw new ShapeException("The pyramid needs maps that double in size from level to level, got "
                    + map.shape() + " below " + top.shape() + ": pad pictures to a multiple of 32");
        }
        try (Scope scope = Scope.open()) {
            return scope.keep(lateral.forward(map, top.backend().resizeNearest(top, height, width)));
        }
    }
}
