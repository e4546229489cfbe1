package dev.retort.detection.weights;

import static dev.retort.detection.weights.NameTable.CLASSIFIER;
import static dev.retort.detection.weights.NameTable.COUNTER;
import static dev.retort.detection.weights.NameTable.SETTINGS;

/** Detectors of other programs. */
final class DetectorNames {
    private static final int MOST_CONVOLUTIONS = 16;

    private DetectorNames() {}

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
        NameTable table = torchvisionPyramid();
        torchvisionTower(table, "classification_head", "cls_subnet", norms);
        torchvisionTower(table, "regression_head", "bbox_subnet", norms);
        return table.both("head.classification_head.cls_logits.*", "head.cls_score.*")
                .both("head.regression_head.bbox_reg.*", "head.bbox_pred.*");
    }

    private static void torchvisionTower(NameTable table, String theirs, String ours, boolean norms) {
        int step = norms ? 3 : 2;
        for (int i = 0; i < MOST_CONVOLUTIONS; i++) {
            String layer = "head." + theirs + ".conv." + i + ".";
            table.both(layer + "0.*", "head." + ours + "." + step * i + ".*");
            if (norms) {
                table.both(layer + "1.*", "head." + ours + "." + (step * i + 1) + ".*");
            }
        }
        // Older files count the ReLUs, as we do; one part less makes the difference.
        table.name("head\\." + theirs + "\\.conv\\.(\\d+)\\.(weight|bias)", "head." + ours + ".$1.$2");
    }

    /** The residual net and the pyramid, which both detectors have. */
    private static NameTable torchvisionPyramid() {
        NameTable table = ResNetNames.torchvisionStages(new NameTable(), "backbone.body.");
        for (int level = 3; level <= 5; level++) {
            torchvisionBlock(table, "inner_blocks." + (level - 3), "fpn_lateral" + level);
            torchvisionBlock(table, "layer_blocks." + (level - 3), "fpn_output" + level);
        }
        return table.both("backbone.fpn.extra_blocks.p#.*", "backbone.top_block.p#.*");
    }

    private static void torchvisionBlock(NameTable table, String theirs, String ours) {
        table.both("backbone.fpn." + theirs + ".0.*", "backbone." + ours + ".*");
        // Before 0.14.
        table.older("backbone.fpn." + theirs + ".*", "backbone." + ours + ".*");
    }

    /** torchvision's FCOS (models/detection/fcos.py). */
    static NameTable torchvisionFcos() {
        return torchvisionPyramid()
                .both("head.classification_head.conv.#.*", "head.cls_subnet.#.*")
                .both("head.classification_head.cls_logits.*", "head.cls_score.*")
                .both("head.regression_head.conv.#.*", "head.bbox_subnet.#.*")
                .both("head.regression_head.bbox_reg.*", "head.bbox_pred.*")
                .both("head.regression_head.bbox_ctrness.*", "head.ctrness.*");
    }

    /** mmdetection's RetinaNet since 2.0 (models/dense_heads/retina_head.py, models/necks/fpn.py). */
    static NameTable mmdetection() {
        NameTable table = ResNetNames.torchvisionStages(new NameTable(), "backbone.");
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
