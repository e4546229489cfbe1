package dev.retort.detection.model;

import dev.retort.nn.BuildContext;
import dev.retort.nn.backbone.FeaturePyramid;
import dev.retort.nn.backbone.PyramidBackbone;
import dev.retort.nn.backbone.PyramidOptions;
import dev.retort.nn.backbone.ResNet;
import dev.retort.nn.backbone.ResNetOptions;
import dev.retort.tensor.Tensor;
import java.util.List;

/** A detector on a ResNet with the feature pyramid p3 to p7: all but its head, which a subclass registers. */
public abstract class PyramidDetector extends DetectionModel {
    private final PyramidBackbone backbone;

    /** Registers the backbone, as {@code backbone}. */
    protected PyramidDetector(BuildContext context, ResNetOptions resNet, PyramidOptions pyramid) {
        super(context);
        backbone = child("backbone", at -> new PyramidBackbone(at, resNet, pyramid));
    }

    @Override
    public final FeaturePyramid pyramid() {
        return backbone.pyramid();
    }

    /**
     * The residual net's maps, which the pyramid is built on.
     *
     * @param images as {@link #features} takes them
     */
    public final ResNet.Features backbone(Tensor images) {
        return backbone.bottomUp().forward(images);
    }

    @Override
    public final void setCheckpointing(boolean checkpointing) {
        backbone.setCheckpointing(checkpointing);
    }

    @Override
    public final List<String> levels() {
        return List.of("p3", "p4", "p5", "p6", "p7");
    }

    @Override
    public final int sizeDivisor() {
        return 32;
    }

    @Override
    public final List<Tensor> features(Tensor images) {
        return backbone.forward(images);
    }
}
