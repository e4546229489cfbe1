package dev.retort.detection.weights;

import dev.retort.detection.Detector;
import dev.retort.detection.box.AnchorRule;
import dev.retort.detection.data.Normalization;
import dev.retort.detection.data.ResizeMethod;
import dev.retort.detection.model.ModelSettings;
import dev.retort.detection.model.ModelSettings.BackboneNorm;
import dev.retort.detection.model.retinanet.RetinaNetSettings;
import dev.retort.detection.recipe.Recipe;
import dev.retort.nn.backbone.PyramidOptions;
import dev.retort.nn.backbone.ResNetOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A detector in torchvision, 0.14 or later (models/detection). */
final class TorchvisionPython {
    private static final int STAGES = ResNetOptions.STAGES;

    /** The brightest value of a sample. */
    private static final int WHITE = 255;

    /** Anchors with real coordinates, a level's stride apart; torchvision rounds them and divides the batch evenly. */
    private static final String ANCHORS =
            """
            class Anchors(AnchorGenerator):
                def generate_anchors(self, scales, aspect_ratios, dtype=torch.float32, device="cpu"):
                    size = torch.tensor(scales, dtype=torch.float64)
                    root = torch.tensor(aspect_ratios, dtype=torch.float64)[:, None].sqrt()
                    w, h = (size / root).flatten(), (size * root).flatten()
                    return (torch.stack([-w, -h, w, h], 1) / 2).to(dtype)
                def grid_anchors(self, grid_sizes, strides):
                    return super().grid_anchors(grid_sizes, [[torch.tensor(8 << level)] * 2 for level in range(5)])""";

    private final Recipe recipe;
    private final int channels;
    private final PythonLines python = new PythonLines();
    private final List<String> arguments = new ArrayList<>();

    private TorchvisionPython(Detector detector, WeightSource source) {
        recipe = detector.recipe();
        channels = ClassRows.count(source, detector.categories());
    }

    static PythonLines of(Detector detector) {
        Optional<RetinaNetSettings> retinaNet = detector.recipe().find(RetinaNetSettings.class);
        return retinaNet
                .map(own -> new TorchvisionPython(detector, WeightSource.TORCHVISION_RETINANET).retinaNet(own))
                .orElseGet(() -> new TorchvisionPython(detector, WeightSource.TORCHVISION_FCOS).fcos());
    }

    private PythonLines retinaNet(RetinaNetSettings own) {
        boolean real = own.anchorRule() == AnchorRule.DETECTRON2;
        python.using("import torch")
                .using("from torchvision.models.detection.anchor_utils import AnchorGenerator")
                .using("from torchvision.models.detection.retinanet import RetinaNet, RetinaNetHead");
        if (real) {
            ANCHORS.lines().forEach(python::line);
            python.line("");
        }
        backbone(own.p6From() == PyramidOptions.Source.P5);
        arguments.add("anchor_generator=" + (real ? "Anchors" : "AnchorGenerator") + "("
                + PythonLines.sizes(own.anchorSizes(), !real) + ", ((0.5, 1.0, 2.0),) * 5)");
        if (own.headGroups() > 0) {
            arguments.add("head=RetinaNetHead(256, 9, " + channels + ", norm_layer=lambda channels: torch.nn.GroupNorm("
                    + own.headGroups() + ", channels))");
        }
        arguments.add("score_thresh=" + own.scoreThreshold() + ", nms_thresh=" + own.nmsThreshold()
                + ", detections_per_img=" + own.detectionsPerImage() + ", topk_candidates=" + own.topCandidates());
        images();
        return network("RetinaNet").difference(!own.clipBeforeNms(), "boxes are clipped to the image before NMS");
    }

    private PythonLines fcos() {
        python.using("import torch").using("from torchvision.models.detection.fcos import FCOS");
        backbone(true);
        images();
        return network("FCOS");
    }

    private void backbone(boolean p6FromP5) {
        ModelSettings model = recipe.model();
        python.using("from torchvision.models.detection.backbone_utils import resnet_fpn_backbone")
                .using("from torchvision.ops.feature_pyramid_network import LastLevelP6P7")
                .using("from torchvision.ops.misc import FrozenBatchNorm2d");
        String norm = model.norm() == BackboneNorm.FROZEN ? "FrozenBatchNorm2d" : "torch.nn.BatchNorm2d";
        python.line("backbone = resnet_fpn_backbone(backbone_name=\"resnet" + model.depth()
                + "\", weights=None, norm_layer=" + norm + ",");
        python.line("    trainable_layers=" + (STAGES - model.freezeAt())
                + ", returned_layers=[2, 3, 4], extra_blocks=LastLevelP6P7("
                + (p6FromP5 ? model.pyramidChannels() : model.backbone().channels(STAGES)) + ", 256))");
    }

    private void images() {
        Normalization pixels = recipe.data().pixels().normalization();
        // Images have values from 0 to 1.
        double white = WHITE * pixels.scale();
        arguments.add("image_mean=" + PythonLines.times(pixels.mean(), 1 / white) + ", image_std="
                + PythonLines.times(pixels.std(), 1 / white));
        int edge = PythonLines.shortEdge(recipe.data());
        if (edge > 0) {
            arguments.add("min_size=" + edge + ", max_size=" + recipe.data().longEdge());
        }
        boolean cut = recipe.data().resize() == ResizeMethod.DETECTRON2;
        python.difference(pixels.bgr(), "images are given red first; give this network image[[2, 1, 0]], blue first")
                .difference(
                        edge > 0 && cut,
                        "images are resized without antialiasing, their sides cut to whole pixels, not rounded")
                .difference(cut, "boxes without area are kept");
    }

    private PythonLines network(String name) {
        python.line("model = " + name + "(backbone, num_classes=" + channels + ",");
        for (int i = 0; i < arguments.size(); i++) {
            python.line("    " + arguments.get(i) + (i + 1 < arguments.size() ? "," : ")"));
        }
        boolean resized = PythonLines.shortEdge(recipe.data()) > 0;
        return python.line(!resized, "model.transform.resize = lambda image, target=None: (image, target)");
    }
}
