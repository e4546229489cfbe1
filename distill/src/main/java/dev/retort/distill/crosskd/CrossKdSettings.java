package dev.retort.distill.crosskd;

import dev.retort.detection.settings.Require;

/**
 * Section {@code distillation.crosskd} of a recipe.
 *
 * @param position of the student's map: behind so many of the tower's convolutions, before the last one's ReLU; 0 is the pyramid's level
 *     (default 3)
 * @param classes weight of the loss of classes (default 1)
 * @param boxes weight of the loss of boxes (default 1)
 */
public record CrossKdSettings(int position, double classes, double boxes) {
    static final CrossKdSettings DEFAULTS = new CrossKdSettings(3, 1, 1);

    public CrossKdSettings {
        Require.atLeast(0, position, "distillation.crosskd.position");
        Require.notNegative(classes, "distillation.crosskd.classes");
        Require.notNegative(boxes, "distillation.crosskd.boxes");
    }
}
