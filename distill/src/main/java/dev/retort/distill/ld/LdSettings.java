package dev.retort.distill.ld;

import dev.retort.detection.settings.Require;

/**
 * Section {@code distillation.ld} of a recipe. The weights are those of the published GFL detectors.
 *
 * @param main weight of the distributions of boxes at positive places (default 0.25)
 * @param region weight of those in the valuable localization region (default 0.25)
 * @param classes weight of the class scores at positive places (default 10)
 * @param temperature of the distributions (default 10)
 * @param classTemperature of the class scores (default 2)
 * @param asReleased whether three things are as in the released code: the region's DIoU divides the overlap by the anchor's area, the loss
 *     of classes is divided by the positives of each level, and RetinaNet takes one softmax over the bins of all four edges (default
 *     false)
 */
public record LdSettings(
        double main, double region, double classes, double temperature, double classTemperature, boolean asReleased) {
    static final LdSettings DEFAULTS = new LdSettings(0.25, 0.25, 10, 10, 2, false);

    public LdSettings {
        Require.notNegative(main, "distillation.ld.main");
        Require.notNegative(region, "distillation.ld.region");
        Require.notNegative(classes, "distillation.ld.classes");
        Require.positive(temperature, "distillation.ld.temperature");
        Require.positive(classTemperature, "distillation.ld.classTemperature");
    }

    /** Whether all weights are 0. */
    boolean isOff() {
        return main == 0 && region == 0 && classes == 0;
    }
}
