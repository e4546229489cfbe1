package dev.retort.distill.pgd;

import dev.retort.detection.settings.Require;
import java.util.List;

/**
 * Section {@code distillation.pgd} of a recipe. The weights are those of the published ATSS detectors.
 *
 * @param foreground weight of the cells that the teacher predicts best from, tower of classes (default 0.08)
 * @param background weight of the cells outside of all boxes, tower of classes (default 0.04)
 * @param boxes weight of the tower of boxes (default 0.128)
 * @param attention weight of the attentions of both towers (default 8e-4)
 * @param temperature of the attentions (default 0.8)
 * @param levelWeights factor of foreground and background on each level, finest first (default 1, 1.25, 1.5, 1.75, 2)
 * @param asReleased whether every image is under the masks of all images of its micro-batch, as a broadcast in the released code has it
 *     (default false)
 */
public record PgdSettings(
        double foreground,
        double background,
        double boxes,
        double attention,
        double temperature,
        List<Double> levelWeights,
        boolean asReleased) {
    static final PgdSettings DEFAULTS =
            new PgdSettings(0.08, 0.04, 0.128, 8e-4, 0.8, List.of(1.0, 1.25, 1.5, 1.75, 2.0), false);

    public PgdSettings {
        levelWeights = List.copyOf(levelWeights);
        Require.notNegative(foreground, "distillation.pgd.foreground");
        Require.notNegative(background, "distillation.pgd.background");
        Require.notNegative(boxes, "distillation.pgd.boxes");
        Require.notNegative(attention, "distillation.pgd.attention");
        Require.positive(temperature, "distillation.pgd.temperature");
        levelWeights.forEach(weight -> Require.notNegative(weight, "distillation.pgd.levelWeights"));
    }

    /** Whether all weights are 0. */
    boolean isOff() {
        return foreground == 0 && background == 0 && boxes == 0 && attention == 0;
    }
}
