package dev.retort.detection.weights;

import dev.retort.detection.Detector;
import dev.retort.detection.box.AnchorRule;
import dev.retort.detection.data.Normalization;
import dev.retort.detection.data.ResizeMethod;
import dev.retort.detection.model.ModelSettings;
import dev.retort.detection.model.ModelSettings.BackboneNorm;
import dev.retort.detection.model.fcos.FcosSettings;
import dev.retort.detection.model.retinanet.RetinaNetSettings;
import dev.retort.detection.recipe.Recipe;
import dev.retort.nn.backbone.PyramidOptions;
import dev.retort.nn.backbone.ResNetOptions;
import java.util.Collections;

/** A detector in detectron2, by its lazy configurations (configs/common/models). */
final class Detectron2Python {
    private final Recipe recipe;
    private final PythonLines python = new PythonLines();

    private Detectron2Python(Recipe recipe) {
        this.recipe = recipe;
    }

    static PythonLines of(Detector detector) {
        Detectron2Python written = new Detectron2Python(detector.recipe());
        written.network(detector.recipe().model(), detector.categories().size());
        detector.recipe().find(RetinaNetSettings.class).ifPresent(written::retinaNet);
        detector.recipe().find(FcosSettings.class).ifPresent(written::fcos);
        written.images();
        return written.python.line("model = instantiate(cfg)");
    }

    /** The FrozenBN or BN of its settings. */
    static String norm(ModelSettings model) {
        return model.norm() == BackboneNorm.FROZEN ? "\"FrozenBN\"" : "\"BN\"";
    }

    private void network(ModelSettings model, int classes) {
        python.using("from detectron2 import model_zoo")
                .using("from detectron2.config import instantiate")
                .using("from detectron2.layers import ShapeSpec")
                .line("cfg = model_zoo.get_config(\"common/models/" + model.kind() + ".py\").model")
                .line("cfg.num_classes = " + classes)
                .line("net = cfg.backbone.bottom_up")
                .line("net.freeze_at, net.stages.depth = " + model.freezeAt() + ", " + model.depth())
                .line("net.stem.norm = net.stages.norm = " + norm(model))
                .line(
                        model.backbone().hasBottlenecks()
                                ? "net.stages.stride_in_1x1 = " + PythonLines.bool(model.strideIn1x1())
                                : "del net.stages.stride_in_1x1")
                .difference(
                        model.width() != TorchLimits.WIDTH,
                        "the residual net is of another width: build it by MODEL.RESNETS.STEM_OUT_CHANNELS "
                                + model.width() + " and RES2_OUT_CHANNELS "
                                + model.backbone().channels(2) + ", not by this configuration")
                .line("cfg.backbone.out_channels = " + model.pyramidChannels())
                .line("cfg.head.input_shape = [ShapeSpec(channels=" + model.pyramidChannels() + ")] * 5")
                .line("cfg.head.conv_dims = " + Collections.nCopies(model.headConvolutions(), model.pyramidChannels()));
    }

    private void retinaNet(RetinaNetSettings own) {
        top(own.p6From() == PyramidOptions.Source.P5);
        python.line(own.headGroups() > 0, "cfg.head.norm = \"GN\"")
                .lenient(own.headGroups() > 0)
                .line("cfg.anchor_generator.sizes = " + PythonLines.sizes(own.anchorSizes(), false))
                .line("cfg.test_score_thresh, cfg.test_nms_thresh = " + own.scoreThreshold() + ", "
                        + own.nmsThreshold())
                .line("cfg.test_topk_candidates, cfg.max_detections_per_image = " + own.topCandidates() + ", "
                        + own.detectionsPerImage())
                .difference(
                        own.anchorRule() == AnchorRule.TORCHVISION,
                        "anchors have real coordinates, where this model's are rounded (model.anchorRule torchvision)")
                .difference(own.clipBeforeNms(), "boxes are clipped to the image after NMS");
    }

    private void fcos(FcosSettings own) {
        top(true);
        python.line(own.headNorm() == FcosSettings.HeadNorm.NONE, "cfg.head.norm = \"\"");
    }

    private void top(boolean fromP5) {
        ModelSettings model = recipe.model();
        int channels = fromP5 ? model.pyramidChannels() : model.backbone().channels(ResNetOptions.STAGES);
        python.line("cfg.backbone.top_block.in_channels = " + channels)
                .line(fromP5, "cfg.backbone.top_block.in_feature = \"p5\"");
    }

    private void images() {
        Normalization pixels = recipe.data().pixels().normalization();
        python.line("cfg.pixel_mean = " + PythonLines.times(pixels.mean(), 1 / pixels.scale()))
                .line("cfg.pixel_std = " + PythonLines.times(pixels.std(), 1 / pixels.scale()));
        images(recipe.data(), python);
    }

    /** What its configurations leave to the caller. */
    static void images(Recipe.Data data, PythonLines python) {
        boolean bgr = data.pixels().normalization().bgr();
        int edge = PythonLines.shortEdge(data);
        python.line("# Images: values from 0 to 255, " + (bgr ? "blue" : "red") + " first, "
                + (edge == 0 ? "not resized" : "resized by ResizeShortestEdge(" + edge + ", " + data.longEdge() + ")"));
        python.difference(
                edge > 0 && data.resize() == ResizeMethod.TORCHVISION,
                "ResizeShortestEdge rounds sides and smooths, where this model has torchvision's interpolation");
    }
}
