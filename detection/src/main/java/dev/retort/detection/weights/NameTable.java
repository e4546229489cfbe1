package dev.retort.detection.weights;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names of one program's tensors, as patterns: what they are here, and which have no place here and why. Our names are detectron2's.
 * The first pattern that a name has is the one. A row of {@link #both} holds in both directions: a name that is read is the name that is
 * written.
 */
final class NameTable {
    static final String BACKBONE = "backbone.bottom_up.";

    private static final String NORM = "(weight|bias|running_mean|running_var)";
    private static final String COUNTER = "a counter of batch norms";
    private static final String CLASSIFIER = "the classifier of images";
    private static final String SETTINGS = "settings, which are no weights";
    private static final int MOST_CONVOLUTIONS = 16;

    private final Map<Pattern, String> names = new LinkedHashMap<>();
    private final Map<Pattern, String> written = new LinkedHashMap<>();
    private final Map<Pattern, String> dropped = new LinkedHashMap<>();

    /** Our name of a tensor; none if it has no place here. */
    Optional<String> ours(String theirs) {
        return match(names, theirs, true);
    }

    /** Their name of a tensor of ours, as their newest version has it; none if it has no place there. */
    Optional<String> theirs(String ours) {
        return match(written, ours, true);
    }

    /** Why a tensor has no place here, in a few words; none if it is not known. */
    Optional<String> why(String theirs) {
        return match(dropped, theirs, false);
    }

    private static Optional<String> match(Map<Pattern, String> table, String name, boolean replaced) {
        for (Map.Entry<Pattern, String> row : table.entrySet()) {
            Matcher matcher = row.getKey().matcher(name);
            if (matcher.matches()) {
                return Optional.of(replaced ? matcher.replaceFirst(row.getValue()) : row.getValue());
            }
        }
        return Optional.empty();
    }

    /**
     * A name there and here, to be read and to be written.
     *
     * @param theirs with {@code #} for a number and {@code *} for a parameter's name, as often and in the same order as in ours
     */
    private NameTable both(String theirs, String ours) {
        written.put(Pattern.compile(pattern(ours)), replacement(theirs));
        return name(pattern(theirs), replacement(ours));
    }

    /** Names that are the same there and here. */
    private NameTable same(String pattern) {
        written.put(Pattern.compile(pattern), "$0");
        return name(pattern, "$0");
    }

    private static String pattern(String template) {
        return template.replace(".", "\\.").replace("*", NORM).replace("#", "(\\d+)");
    }

    private static String replacement(String template) {
        int groups = 0;
        StringBuilder replacement = new StringBuilder();
        for (char c : template.toCharArray()) {
            if (c == '#' || c == '*') {
                replacement.append('$').append(++groups);
            } else {
                replacement.append(c);
            }
        }
        return replacement.toString();
    }

    private NameTable name(String theirs, String ours) {
        names.put(Pattern.compile(theirs), ours);
        return this;
    }

    private NameTable drop(String theirs, String why) {
        dropped.put(Pattern.compile(theirs), why);
        return this;
    }

    /** The residual net of torchvision (models/resnet.py), which timm has, too. */
    static NameTable torchvisionResNet() {
        return new NameTable().torchvisionStages("").drop("fc\\.(weight|bias)", CLASSIFIER);
    }

    private NameTable torchvisionStages(String prefix) {
        both(prefix + "conv1.weight", BACKBONE + "stem.conv1.weight");
        both(prefix + "bn1.*", BACKBONE + "stem.conv1.norm.*");
        for (int stage = 2; stage <= 5; stage++) {
            String theirs = prefix + "layer" + (stage - 1) + ".#.";
            String ours = BACKBONE + "res" + stage + ".#.";
            both(theirs + "conv#.weight", ours + "conv#.weight");
            both(theirs + "bn#.*", ours + "conv#.norm.*");
            both(theirs + "downsample.0.weight", ours + "shortcut.weight");
            both(theirs + "downsample.1.*", ours + "shortcut.norm.*");
        }
        return drop(".*\\.num_batches_tracked", COUNTER);
    }

    /** transformers' residual net (models/resnet/modeling_resnet.py). */
    static NameTable huggingFaceResNet() {
        NameTable table = new NameTable();
        String root = "(?:resnet\\.)?";
        table.name(root + "embedder\\.embedder\\.convolution\\.weight", BACKBONE + "stem.conv1.weight");
        table.name(root + "embedder\\.embedder\\.normalization\\." + NORM, BACKBONE + "stem.conv1.norm.$1");
        for (int stage = 2; stage <= 5; stage++) {
            String theirs = root + "encoder\\.stages\\." + (stage - 2) + "\\.layers\\.(\\d+)\\.";
            String ours = BACKBONE + "res" + stage + ".$1.";
            for (int convolution = 1; convolution <= 3; convolution++) {
                String layer = theirs + "layer\\." + (convolution - 1) + "\\.";
                table.name(layer + "convolution\\.weight", ours + "conv" + convolution + ".weight");
                table.name(layer + "normalization\\." + NORM, ours + "conv" + convolution + ".norm.$2");
            }
            table.name(theirs + "shortcut\\.convolution\\.weight", ours + "shortcut.weight");
            table.name(theirs + "shortcut\\.normalization\\." + NORM, ours + "shortcut.norm.$2");
        }
        return table.drop(".*\\.num_batches_tracked", COUNTER).drop("classifier\\.\\d+\\.(weight|bias)", CLASSIFIER);
    }

    /** Caffe2's residual net: MSRA's weights in detectron2's zoo, and Detectron's own files, whose norms are folded. */
    static NameTable caffe2ResNet() {
        NameTable table = new NameTable();
        table.name("conv1_w", BACKBONE + "stem.conv1.weight");
        table.norms("res_conv1_bn_", BACKBONE + "stem.conv1.norm.");
        String block = "res([2-5])_(\\d+)_branch";
        String[] branches = {"2a", "2b", "2c"};
        for (int convolution = 1; convolution <= 3; convolution++) {
            String theirs = block + branches[convolution - 1];
            String ours = BACKBONE + "res$1.$2.conv" + convolution;
            table.name(theirs + "_w", ours + ".weight").norms(theirs + "_bn_", ours + ".norm.");
        }
        String shortcut = BACKBONE + "res$1.$2.shortcut";
        table.name(block + "1_w", shortcut + ".weight").norms(block + "1_bn_", shortcut + ".norm.");
        return table.drop("conv1_b", "a bias in front of a norm, which detectron2 drops, too")
                .drop("(fc1000|pred)_[wb]", CLASSIFIER)
                .drop(".*_momentum", "momentum of the training run");
    }

    private NameTable norms(String theirs, String ours) {
        return name(theirs + "(?:gamma|s)", ours + "weight")
                .name(theirs + "(?:beta|b)", ours + "bias")
                .name(theirs + "(?:running_mean|rm)", ours + "running_mean")
                .name(theirs + "(?:running_var|riv)", ours + "running_var");
    }

    /** detectron2's residual net alone, with or without the detector's prefix. */
    static NameTable detectron2ResNet() {
        return new NameTable()
                .drop("(?:.*\\.)?num_batches_tracked", COUNTER)
                .drop("(?:backbone\\.bottom_up\\.)?stem\\.fc\\.(weight|bias)", CLASSIFIER)
                .drop("(?:backbone\\.bottom_up\\.)?linear\\.(weight|bias)", CLASSIFIER)
                .drop("pixel_(mean|std)", SETTINGS)
                .name(
                        "(?:backbone\\.bottom_up\\.)?((?:stem\\.conv|res[2-5]\\.).*(?<!num_batches_tracked))",
                        BACKBONE + "$1");
    }

    /** detectron2's RetinaNet and FCOS, whose names are ours. */
    static NameTable detectron2() {
        return new NameTable()
                .same("(?:backbone|head)\\..*(?<!num_batches_tracked)")
                .drop(".*\\.num_batches_tracked", COUNTER)
                .drop("pixel_(mean|std)", SETTINGS)
                .drop("(?:proposal_generator\\.)?anchor_generator\\..*", SETTINGS);
    }

    /** AdelaiDet's FCOS. */
    static NameTable adelaiDet() {
        String head = "proposal_generator.fcos_head.";
        return new NameTable()
                .same("backbone\\..*(?<!num_batches_tracked)")
                .both(head + "cls_tower.#.*", "head.cls_subnet.#.*")
                .both(head + "bbox_tower.#.*", "head.bbox_subnet.#.*")
                .both(head + "cls_logits.*", "head.cls_score.*")
                .both(head + "bbox_pred.*", "head.bbox_pred.*")
                .both(head + "ctrness.*", "head.ctrness.*")
                .both(head + "scales.#.scale", "head.scales.#.scale")
                .drop(".*\\.num_batches_tracked", COUNTER)
                .drop("pixel_(mean|std)", SETTINGS);
    }

    /**
     * torchvision's RetinaNet (models/detection/retinanet.py), as it is since 0.14 and as it was before.
     *
     * @param norms whether the head has them: its second version
     */
    static NameTable torchvisionRetinaNet(boolean norms) {
        return new NameTable()
                .torchvisionStages("backbone.body.")
                .torchvisionPyramid()
                .torchvisionTower("classification_head", "cls_subnet", norms)
                .torchvisionTower("regression_head", "bbox_subnet", norms)
                .both("head.classification_head.cls_logits.*", "head.cls_score.*")
                .both("head.regression_head.bbox_reg.*", "head.bbox_pred.*");
    }

    private NameTable torchvisionTower(String theirs, String ours, boolean norms) {
        int step = norms ? 3 : 2;
        for (int i = 0; i < MOST_CONVOLUTIONS; i++) {
            String layer = "head." + theirs + ".conv." + i + ".";
            both(layer + "0.*", "head." + ours + "." + step * i + ".*");
            if (norms) {
                both(layer + "1.*", "head." + ours + "." + (step * i + 1) + ".*");
            }
        }
        // Older files count the ReLUs, as we do; one part less makes the difference.
        return name("head\\." + theirs + "\\.conv\\.(\\d+)\\.(weight|bias)", "head." + ours + ".$1.$2");
    }

    private NameTable torchvisionPyramid() {
        for (int level = 3; level <= 5; level++) {
            torchvisionBlock("inner_blocks." + (level - 3), "fpn_lateral" + level);
            torchvisionBlock("layer_blocks." + (level - 3), "fpn_output" + level);
        }
        return both("backbone.fpn.extra_blocks.p#.*", "backbone.top_block.p#.*");
    }

    private void torchvisionBlock(String theirs, String ours) {
        both("backbone.fpn." + theirs + ".0.*", "backbone." + ours + ".*");
        // Before 0.14.
        name(pattern("backbone.fpn." + theirs + ".*"), replacement("backbone." + ours + ".*"));
    }

    /** torchvision's FCOS (models/detection/fcos.py). */
    static NameTable torchvisionFcos() {
        return new NameTable()
                .torchvisionStages("backbone.body.")
                .torchvisionPyramid()
                .both("head.classification_head.conv.#.*", "head.cls_subnet.#.*")
                .both("head.classification_head.cls_logits.*", "head.cls_score.*")
                .both("head.regression_head.conv.#.*", "head.bbox_subnet.#.*")
                .both("head.regression_head.bbox_reg.*", "head.bbox_pred.*")
                .both("head.regression_head.bbox_ctrness.*", "head.ctrness.*");
    }

    /** mmdetection's RetinaNet since 2.0 (models/dense_heads/retina_head.py, models/necks/fpn.py). */
    static NameTable mmdetection() {
        NameTable table = new NameTable().torchvisionStages("backbone.");
        for (int level = 3; level <= 5; level++) {
            String number = "\\." + (level - 3) + "\\.conv\\.(weight|bias)";
            table.name("neck\\.lateral_convs" + number, "backbone.fpn_lateral" + level + ".$1");
            table.name("neck\\.fpn_convs" + number, "backbone.fpn_output" + level + ".$1");
        }
        for (int level = 6; level <= 7; level++) {
            table.name(
                    "neck\\.fpn_convs\\." + (level - 3) + "\\.conv\\.(weight|bias)",
                    "backbone.top_block.p" + level + ".$1");
        }
        for (int i = 0; i < MOST_CONVOLUTIONS; i++) {
            String number = "\\." + i + "\\.conv\\.(weight|bias)";
            table.name("bbox_head\\.cls_convs" + number, "head.cls_subnet." + 2 * i + ".$1");
            table.name("bbox_head\\.reg_convs" + number, "head.bbox_subnet." + 2 * i + ".$1");
        }
        return table.name("bbox_head\\.retina_cls\\.(weight|bias)", "head.cls_score.$1")
                .name("bbox_head\\.retina_reg\\.(weight|bias)", "head.bbox_pred.$1")
                .drop("backbone\\.fc\\.(weight|bias)", CLASSIFIER);
    }
}
