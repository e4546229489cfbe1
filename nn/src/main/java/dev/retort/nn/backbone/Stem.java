package dev.retort.nn.backbone;

import dev.retort.nn.BuildContext;
import dev.retort.nn.Conv2d;
import dev.retort.nn.Module;
import dev.retort.nn.Norm;
import dev.retort.tensor.Pool2dSpec;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;

/** ResNet's first layers: 7x7 convolution of stride 2 with norm and ReLU ({@code conv1}), 3x3 max pool of stride 2. */
public final class Stem extends Module {
    private static final Pool2dSpec POOL = Pool2dSpec.of(3, 2, 1);

    private final Conv2d conv;

    public Stem(BuildContext context, int in, int out, Norm norm) {
        super(context);
        conv = child(
                "conv1",
                at -> new Conv2d(
                        at, Conv2d.of(in, out, 7).withStride(2).withNorm(norm).withRelu()));
    }

    /** x [N, H, W, in] to [N, H/4, W/4, out], extents rounded up. */
    public Tensor forward(Tensor x) {
        try (Scope scope = Scope.open()) {
            Tensor y = conv.forward(x);
            return scope.keep(y.backend().maxPool2d(y, POOL).values());
        }
    }
}
