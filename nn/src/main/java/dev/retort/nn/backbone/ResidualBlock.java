package dev.retort.nn.backbone;

import dev.retort.nn.BuildContext;
import dev.retort.nn.Conv2d;
import dev.retort.nn.Module;
import dev.retort.nn.Norm;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/**
 * relu(F(x) + shortcut(x)), arXiv 1512.03385 fig. 5: F is two 3x3 convolutions (basic) or 1x1, 3x3, 1x1 (bottleneck), each
 * with its norm and ReLU, the last ReLU behind the sum; the shortcut is a strided 1x1 convolution with norm where shapes change, else x itself.
 * Names: {@code shortcut}, {@code conv1}, {@code conv2}, {@code conv3}.
 */
public final class ResidualBlock extends Module {
    private final Conv2d shortcut;
    private final List<Conv2d> convolutions;

    private ResidualBlock(BuildContext context, Conv2d.Options shortcut, List<Conv2d.Options> path) {
        super(context);
        this.shortcut = shortcut == null ? null : child("shortcut", at -> new Conv2d(at, shortcut));
        convolutions = IntStream.range(0, path.size())
                .mapToObj(i -> child("conv" + (i + 1), at -> new Conv2d(at, path.get(i))))
                .toList();
    }

    /** ResNet-18's and 34's block; the stride sits in the first convolution. */
    public static ResidualBlock basic(BuildContext context, int in, int out, int stride, Norm norm) {
        return new ResidualBlock(
                context,
                shortcut(in, out, stride, norm),
                List.of(
                        Conv2d.of(in, out, 3).withStride(stride).withNorm(norm).withRelu(),
                        Conv2d.of(out, out, 3).withNorm(norm).withRelu()));
    }

    /**
     * The block of ResNet-50 and deeper.
     *
     * @param middle channels of the 3x3
     * @param strideIn1x1 whether the stride sits in the first 1x1 or in the 3x3
     */
    public static ResidualBlock bottleneck(
            BuildContext context, int in, int middle, int out, int stride, boolean strideIn1x1, Norm norm) {
        return new ResidualBlock(
                context,
                shortcut(in, out, stride, norm),
                List.of(
                        Conv2d.of(in, middle, 1)
                                .withStride(strideIn1x1 ? stride : 1)
                                .withNorm(norm)
                                .withRelu(),
                        Conv2d.of(middle, middle, 3)
                                .withStride(strideIn1x1 ? 1 : stride)
                                .withNorm(norm)
                                .withRelu(),
                        Conv2d.of(middle, out, 1).withNorm(norm).withRelu()));
    }

    private static Conv2d.Options shortcut(int in, int out, int stride, Norm norm) {
        boolean changes = in != out || stride != 1;
        return changes ? Conv2d.of(in, out, 1).withStride(stride).withNorm(norm) : null;
    }

    /** x [N, H, W, in] to [N, ceil(H/stride), ceil(W/stride), out]. */
    public Tensor forward(Tensor x) {
        try (Scope scope = Scope.open()) {
            int last = convolutions.size() - 1;
            Tensor y = x;
            for (Conv2d convolution : convolutions.subList(0, last)) {
                y = convolution.forward(y);
            }
            Tensor addend = shortcut == null ? x : shortcut.forward(x);
            return scope.keep(convolutions.get(last).forward(y, addend));
        }
    }
}
