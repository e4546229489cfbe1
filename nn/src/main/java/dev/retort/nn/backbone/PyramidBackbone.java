package dev.retort.nn.backbone;

import dev.retort.nn.BuildContext;
import dev.retort.nn.Module;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.List;

/** ResNet under {@code bottom_up}, and the {@link FeaturePyramid} on it: images to levels. */
public final class PyramidBackbone extends Module {
    private final ResNet bottomUp;
    private final FeaturePyramid pyramid;

    public PyramidBackbone(BuildContext context, ResNetOptions residual, PyramidOptions levels) {
        super(context);
        bottomUp = child("bottom_up", at -> new ResNet(at, residual));
        pyramid = child("", at -> new FeaturePyramid(at, levels, residual::channels));
    }

    public ResNet bottomUp() {
        return bottomUp;
    }

    public FeaturePyramid pyramid() {
        return pyramid;
    }

    /** Whether a tape keeps only what enters the blocks of the residual net: {@link ResNet#setCheckpointing}. */
    public void setCheckpointing(boolean checkpointing) {
        bottomUp.setCheckpointing(checkpointing);
    }

    /**
     * The pyramid's levels, finest first: [N, H_l, W_l, channels] each. p2 has stride 4, each coarser level twice as much.
     *
     * @param images normalized, [N, H, W, 3], H and W multiples of 32
     */
    public List<Tensor> forward(Tensor images) {
        try (Scope scope = Scope.open()) {
            ResNet.Features features = bottomUp.forward(images);
            if (pyramid.options().finest() > 2) {
                features.res2().close();
            }
            List<Tensor> levels = pyramid.forward(features);
            levels.forEach(scope::keep);
            return levels;
        }
    }
}
