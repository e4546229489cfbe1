package dev.retort.detection.weights;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a file of weights holds, and which program wrote it: told by the names of its tensors. */
public enum WeightSource {
    TORCHVISION_FCOS("torchvision", Kind.FCOS, "head.regression_head.bbox_ctrness.weight"),
    TORCHVISION_RETINANET("torchvision", Kind.RETINANET, "head.classification_head.cls_logits.weight"),
    ADELAIDET_FCOS("adelaidet", Kind.FCOS, "proposal_generator.fcos_head.cls_logits.weight"),
    MMDETECTION_RETINANET("mmdet", Kind.RETINANET, "bbox_head.retina_cls.weight"),
    DETECTRON2_FCOS("detectron2", Kind.FCOS, "head.ctrness.weight"),
    DETECTRON2_RETINANET("detectron2", Kind.RETINANET, "head.cls_score.weight"),
    DETECTRON2_RESNET("detectron2", Kind.BACKBONE, "res2.0.conv1.weight", "backbone.bottom_up.res2.0.conv1.weight"),
    CAFFE2_RESNET("caffe2", Kind.BACKBONE, "res2_0_branch2a_w"),
    HUGGINGFACE_RESNET(
            "huggingface",
            Kind.BACKBONE,
            "resnet.embedder.embedder.convolution.weight",
            "embedder.embedder.convolution.weight"),
    /** timm's files have these names, too. */
    TORCHVISION_RESNET("torchvision", Kind.BACKBONE, "layer1.0.conv1.weight");

    /** What a file holds. */
    public enum Kind {
        RETINANET,
        FCOS,
        BACKBONE;

        /** @throws IllegalArgumentException if there is none of this name */
        public static Kind named(String name) {
            for (Kind kind : values()) {
                if (kind.toString().equals(name)) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("A file is taken as retinanet, fcos or backbone, not as '" + name + "'");
        }

        /** As recipes and options have it: {@code retinanet}. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Names that are only in detectors which there are none of here, and what they are. */
    private static final Map<String, String> OTHERS = Map.of(
            "rpn.head.cls_logits.weight", "a Faster R-CNN of torchvision",
            "rpn.head.conv.0.0.weight", "a Faster R-CNN of torchvision",
            "proposal_generator.rpn_head.conv.weight", "a Faster R-CNN of detectron2",
            "rpn_head.rpn_conv.weight", "a two-stage detector of mmdetection",
            "bbox_head.conv_centerness.weight", "an FCOS or ATSS of mmdetection",
            "class_embed.weight", "a DETR",
            "model.0.conv.weight", "a YOLO",
            "conv1.0.weight",
                    "a ResNet of timm with a deep stem (the 'd', 't' and 's' ones), which is another network");

    private final String project;
    private final Kind kind;
    private final List<String> signatures;

    WeightSource(String project, Kind kind, String... signatures) {
        this.project = project;
        this.kind = kind;
        this.signatures = List.of(signatures);
    }

    /** The program, as {@code --from} names it. */
    public String project() {
        return project;
    }

    public Kind kind() {
        return kind;
    }

    /** For example {@code torchvision RetinaNet}. */
    @Override
    public String toString() {
        return project
                + switch (kind) {
                    case RETINANET -> " RetinaNet";
                    case FCOS -> " FCOS";
                    case BACKBONE -> " ResNet";
                };
    }

    /** The programs that there are. */
    static List<String> projects() {
        List<String> projects = new ArrayList<>(List.of("timm"));
        for (WeightSource source : values()) {
            if (!projects.contains(source.project)) {
                projects.add(source.project);
            }
        }
        return projects;
    }

    /** The source that has these names; none if it is not known. */
    static Optional<WeightSource> of(Set<String> names) {
        for (WeightSource source : values()) {
            if (source.signatures.stream().anyMatch(names::contains)) {
                return Optional.of(source);
            }
        }
        return Optional.empty();
    }

    /** What else these names belong to; none if that is not known either. */
    static Optional<String> other(Set<String> names) {
        return OTHERS.entrySet().stream()
                .filter(row -> names.contains(row.getKey()))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    /** @param names of the file */
    NameTable table(Set<String> names) {
        return table(names.contains("head.classification_head.conv.0.1.weight"));
    }

    /** @param headNorms whether a RetinaNet's head has norms */
    NameTable table(boolean headNorms) {
        return switch (this) {
            case TORCHVISION_FCOS -> DetectorNames.torchvisionFcos();
            case TORCHVISION_RETINANET -> DetectorNames.torchvisionRetinaNet(headNorms);
            case ADELAIDET_FCOS -> DetectorNames.adelaiDet();
            case MMDETECTION_RETINANET -> DetectorNames.mmdetection();
            case DETECTRON2_FCOS, DETECTRON2_RETINANET -> DetectorNames.detectron2();
            case DETECTRON2_RESNET -> ResNetNames.detectron2ResNet();
            case CAFFE2_RESNET -> ResNetNames.caffe2ResNet();
            case HUGGINGFACE_RESNET -> ResNetNames.huggingFaceResNet();
            case TORCHVISION_RESNET -> ResNetNames.torchvisionResNet();
        };
    }

    /** Whether anchors of a cell go by ratio and then by size; ours go by size and then by ratio. */
    boolean isRatioMajor() {
        return this == TORCHVISION_RETINANET || this == MMDETECTION_RETINANET;
    }

    /** Whether class channel 0 is the background's, which is never trained. */
    boolean hasBackground() {
        return this == TORCHVISION_RETINANET || this == TORCHVISION_FCOS;
    }

    /** Whether the names say that norms keep counting: real batch norms. */
    static boolean hasCounters(Set<String> names) {
        return names.stream().anyMatch(name -> name.endsWith("num_batches_tracked"));
    }
}
