package dev.retort.nn.backbone;

import dev.retort.nn.Norm;
import java.util.List;
import java.util.Map;

/**
 * Which residual net (arXiv 1512.03385, table 1).
 *
 * @param depth 18 or 34 (basic blocks), 50, 101 or 152 (bottlenecks)
 * @param width channels of the stem; 64 is the published net, all others grow with it
 * @param strideIn1x1 whether a bottleneck's stride sits in its first 1x1 (MSRA's weights) or in its 3x3 (torchvision's)
 * @param norm of every convolution
 * @param freezeAt 0: all is trained; 1: the stem is frozen; 2: the stem and res2; up to 5
 */
public record ResNetOptions(int depth, int width, boolean strideIn1x1, Norm norm, int freezeAt) {
    /** The stem and res2 to res5. */
    public static final int STAGES = 5;

    /** The depths that there are. */
    public static final List<Integer> DEPTHS = List.of(18, 34, 50, 101, 152);

    private static final Map<Integer, int[]> BLOCKS = Map.of(
            18, new int[] {2, 2, 2, 2},
            34, new int[] {3, 4, 6, 3},
            50, new int[] {3, 4, 6, 3},
            101, new int[] {3, 4, 23, 3},
            152, new int[] {3, 8, 36, 3});

    public ResNetOptions {
        if (!BLOCKS.containsKey(depth)) {
            throw new IllegalArgumentException("There is no ResNet-" + depth + "; there are 18, 34, 50, 101 and 152");
        }
        if (width < 1) {
            throw new IllegalArgumentException("ResNet width must be 1 or more, got " + width);
        }
        if (freezeAt < 0 || freezeAt > STAGES) {
            throw new IllegalArgumentException(
                    "freezeAt counts the stem and stages to freeze, 0 to 5, got " + freezeAt);
        }
    }

    /** The detector's usual backbone: full width, stride in the 1x1, frozen norms, stem and res2 frozen. */
    public static ResNetOptions of(int depth) {
        return new ResNetOptions(depth, 64, true, Norm.FROZEN, 2);
    }

    public ResNetOptions withWidth(int changed) {
        return new ResNetOptions(depth, changed, strideIn1x1, norm, freezeAt);
    }

    public ResNetOptions withNorm(Norm changed) {
        return new ResNetOptions(depth, width, strideIn1x1, changed, freezeAt);
    }

    public ResNetOptions withFreezeAt(int changed) {
        return new ResNetOptions(depth, width, strideIn1x1, norm, changed);
    }

    /** Blocks of stage 2, 3, 4 or 5. */
    public int blocks(int stage) {
        return BLOCKS.get(depth)[stage - 2];
    }

    /** Whether blocks are bottlenecks of 1x1, 3x3 and 1x1. */
    public boolean hasBottlenecks() {
        return depth >= 50;
    }

    /** Channels that stage 2, 3, 4 or 5 gives out. */
    public int channels(int stage) {
        return (hasBottlenecks() ? 4 * width : width) << (stage - 2);
    }
}
