package dev.retort.nn.backbone;

import dev.retort.nn.BuildContext;
import dev.retort.nn.Module;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.List;

/** ResNet under {@code bottom_up}, and the {@link FeaturePyramid} on it: pictures to the levels p3 to p7. */
public final class PyramidBackbone extends Module {
    private final ResNet bottomUp;
    private final FeaturePyramid pyramid;

    /** @param channels of every level */
    public PyramidBackbone(BuildContext context, ResNetOptions options, int channels) {
        super(context);
        bottomUp = child("bottom_up", at -> new ResNet(at, options));
        pyramid = child(
                "",
                at -> new FeaturePyramid(at, options.channels(3), options.channels(4), options.channels(5), channels));
    }

    public FeaturePyramid pyramid() {
        return pyramid;
    }

    /** Whether a tape keeps only what enters the blocks of the residual net: {@link ResNet#setCheckpointing}. */
    public void setCheckpointing(boolean checkpointing) {
        bottomUp.setCheckpointing(checkpointing);
    }

    /**
     * The levels p3 to p7 with strides 8 to 128: [N, H_l, W_l, channels] each.
     *
     * @param images normalised, [N, H, W, 3], H and W multiples of 32
     */
    public List<Tensor> forward(Tensor images) {
        try (Scope scope = Scope.open()) {
            List<Tensor> levels = pyramid.forward(bottomUp.forward(images));
            levels.forEach(scope::keep);
            return levels;
        }
    }
}
