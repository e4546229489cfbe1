package dev.retort.detection.model.retinanet;

import dev.retort.detection.box.AnchorRule;
import dev.retort.detection.model.BoxOutput;
import dev.retort.detection.settings.Effect;
import dev.retort.detection.settings.OnChange;
import dev.retort.detection.settings.Require;
import dev.retort.nn.backbone.PyramidOptions;
import java.util.List;

/**
 * What a recipe's section {@code model} says of a RetinaNet alone. Weights of other programs want what those programs do; an
 * imported model has it here.
 *
 * @param anchorSizes size of the smallest anchor of each pyramid level, in pixels (default 32, 64, 128, 256, 512)
 * @param anchorRule where anchors lie: detectron2 or torchvision (default detectron2)
 * @param boxes what the head says of a box's edges: direct or distribution (default direct)
 * @param p6From what p6 is made of: res5 or p5 (default res5)
 * @param reluBeforeP7 whether p7 sees relu(p6) (default true)
 * @param headGroups groups of the norm behind each of the head's convolutions; 0 for no norm (default 0)
 * @param scoreThreshold a detection's score must exceed this (default 0.05)
 * @param topCandidates most candidates of a level that enter suppression (default 1000)
 * @param nmsThreshold IoU above which a box of the same class is suppressed (default 0.5)
 * @param detectionsPerImage most detections of an image (default 100)
 * @param clipBeforeNms whether boxes are clipped to the image before suppression, as torchvision does (default false)
 */
public record RetinaNetSettings(
        List<Double> anchorSizes,
        AnchorRule anchorRule,
        BoxOutput boxes,
        PyramidOptions.Source p6From,
        boolean reluBeforeP7,
        int headGroups,
        @OnChange(Effect.NONE) double scoreThreshold,
        @OnChange(Effect.NONE) int topCandidates,
        @OnChange(Effect.NONE) double nmsThreshold,
        @OnChange(Effect.NONE) int detectionsPerImage,
        @OnChange(Effect.NONE) boolean clipBeforeNms) {
    static final RetinaNetSettings DEFAULTS = new RetinaNetSettings(
            List.of(32.0, 64.0, 128.0, 256.0, 512.0),
            AnchorRule.DETECTRON2,
            BoxOutput.DIRECT,
            PyramidOptions.Source.RES5,
            true,
            0,
            0.05,
            1000,
            0.5,
            100,
            false);

    /** Pixels. */
    private static final int LARGEST_SIZE = 16_384;

    /** Candidates and detections. */
    private static final int MOST = 1_000_000;

    public RetinaNetSettings {
        anchorSizes = List.copyOf(anchorSizes);
        Require.that(
                anchorSizes.size() == RetinaNet.LEVELS
                        && anchorSizes.stream().allMatch(size -> size > 0 && size <= LARGEST_SIZE),
                "model.anchorSizes",
                anchorSizes,
                RetinaNet.LEVELS + " positive sizes up to " + LARGEST_SIZE + ", for the levels p3 to p7");
        Require.within(0, LARGEST_SIZE, headGroups, "model.headGroups");
        Require.that(
                scoreThreshold >= 0 && scoreThreshold < 1,
                "model.scoreThreshold",
                scoreThreshold,
                "at least 0 and below 1");
        Require.within(1, MOST, topCandidates, "model.topCandidates");
        Require.that(nmsThreshold >= 0 && nmsThreshold <= 1, "model.nmsThreshold", nmsThreshold, "an IoU from 0 to 1");
        Require.within(1, MOST, detectionsPerImage, "model.detectionsPerImage");
    }
}
