package dev.retort.detection.model;

import dev.retort.nn.BuildContext;
import dev.retort.nn.Module;
import dev.retort.nn.backbone.FeaturePyramid;
import dev.retort.nn.backbone.PyramidBackbone;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** RetinaNet (arXiv 1708.02002) as detectron2 builds it: ResNet, feature pyramid p3 to p7, one head for all levels. */
public final class RetinaNet extends Module {
    /** Pyramid levels p3 to p7. */
    public static final int LEVELS = 5;

    private final RetinaNetOptions options;
    private final PyramidBackbone backbone;
    private final RetinaNetHead head;

    public RetinaNet(BuildContext context, RetinaNetOptions options) {
        super(context);
        this.options = options;
        backbone = child("backbone", at -> new PyramidBackbone(at, options.backbone(), options.pyramidChannels()));
        head = child(
                "head",
                at -> new RetinaNetHead(
                        at,
                        options.pyramidChannels(),
                        options.headConvolutions(),
                        options.anchors().perCell(),
                        options.numClasses()));
    }

    /**
     * What the network says about a batch, per level p3 to p7.
     *
     * @param features [N, H, W, C]
     * @param logits [N, H*W*A, K]
     * @param deltas [N, H*W*A, 4]
     */
    public record Output(List<Tensor> features, List<Tensor> logits, List<Tensor> deltas) {}

    public RetinaNetOptions options() {
        return options;
    }

    /** What makes p3 to p7 from the backbone's maps: a student may inherit it. */
    public FeaturePyramid pyramid() {
        return backbone.pyramid();
    }

    public RetinaNetHead head() {
        return head;
    }

    /** Whether training keeps only what enters the backbone's blocks: less memory, more time, the same bits. Off at first. */
    public void setCheckpointing(boolean checkpointing) {
        backbone.setCheckpointing(checkpointing);
    }

    /**
     * The feature pyramid alone: what a teacher is asked for.
     *
     * @param images normalised, [N, H, W, 3], H and W multiples of 32
     */
    public List<Tensor> features(Tensor images) {
        return backbone.forward(images);
    }

    /**
     * @param images normalised, [N, H, W, 3], H and W multiples of 32
     */
    public Output forward(Tensor images) {
        List<Tensor> features = features(images);
        List<Tensor> logits = new ArrayList<>();
        List<Tensor> deltas = new ArrayList<>();
        for (Tensor level : features) {
            logits.add(head.logits(level));
            deltas.add(head.deltas(level));
        }
        return new Output(features, logits, deltas);
    }

    /** Anchors of each level of an output: [H*W*A * 4] XYXY. */
    public List<double[]> anchors(List<Tensor> features) {
        List<double[]> anchors = new ArrayList<>();
        for (int level = 0; level < LEVELS; level++) {
            Tensor map = features.get(level);
            anchors.add(options.anchors().anchors(level, map.dim(1), map.dim(2)));
        }
        return anchors;
    }
}
