package dev.retort.distill.defeat;

import dev.retort.detection.settings.Effect;
import dev.retort.detection.settings.OnChange;
import dev.retort.detection.settings.Require;
import dev.retort.distill.level.AdapterKind;
import dev.retort.distill.level.ComparedLevels;
import java.util.List;

/**
 * Section {@code distillation.defeat} of a recipe. Weights are those of the released configuration, a Faster R-CNN's.
 *
 * @param foreground weight of differences in boxes (default 3)
 * @param background weight of differences elsewhere (default 12)
 * @param adapter of the student's maps (default conv3x3)
 * @param levels of the pyramid that are compared (default p3 to p7)
 */
public record DeFeatSettings(
        double foreground,
        double background,
        @OnChange(Effect.ARCHITECTURE) AdapterKind adapter,
        @OnChange(Effect.ARCHITECTURE) List<String> levels) {
    static final DeFeatSettings DEFAULTS = new DeFeatSettings(3, 12, AdapterKind.CONV3X3, ComparedLevels.ALL);

    public DeFeatSettings {
        levels = List.copyOf(levels);
        Require.notNegative(foreground, "distillation.defeat.foreground");
        Require.notNegative(background, "distillation.defeat.background");
        ComparedLevels.require(levels, "distillation.defeat.levels");
    }

    boolean isWeightless() {
        return foreground == 0 && background == 0;
    }
}
