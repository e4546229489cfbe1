package dev.retort.distill.frs;

import dev.retort.detection.settings.Effect;
import dev.retort.detection.settings.OnChange;
import dev.retort.detection.settings.Require;
import dev.retort.distill.level.AdapterKind;
import dev.retort.distill.level.ComparedLevels;
import java.util.List;

/**
 * Section {@code distillation.frs} of a recipe.
 *
 * @param feature weight of the maps (default 0.005)
 * @param classes weight of the class scores (default 0.02)
 * @param warmup iterations over which both weights rise from 0 (default 500)
 * @param adapter of the student's maps (default conv3x3)
 * @param levels of the pyramid that are compared (default p3 to p7)
 */
public record FrsSettings(
        double feature,
        double classes,
        int warmup,
        @OnChange(Effect.ARCHITECTURE) AdapterKind adapter,
        @OnChange(Effect.ARCHITECTURE) List<String> levels) {
    static final FrsSettings DEFAULTS = new FrsSettings(0.005, 0.02, 500, AdapterKind.CONV3X3, ComparedLevels.ALL);

    public FrsSettings {
        levels = List.copyOf(levels);
        Require.notNegative(feature, "distillation.frs.feature");
        Require.notNegative(classes, "distillation.frs.classes");
        Require.atLeast(0, warmup, "distillation.frs.warmup");
        ComparedLevels.require(levels, "distillation.frs.levels");
    }

    boolean isWeightless() {
        return feature == 0 && classes == 0;
    }
}
