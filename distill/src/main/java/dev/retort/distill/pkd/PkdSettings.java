package dev.retort.distill.pkd;

import dev.retort.detection.settings.Require;
import dev.retort.distill.level.ComparedLevels;
import java.util.List;

/**
 * Section {@code distillation.pkd} of a recipe.
 *
 * @param weight of the loss; 6 for two-stage teachers (default 10)
 * @param levels of the pyramid that are compared (default p3, p4, p5, p6)
 */
public record PkdSettings(double weight, List<String> levels) {
    static final PkdSettings DEFAULTS = new PkdSettings(10, List.of("p3", "p4", "p5", "p6"));

    public PkdSettings {
        levels = List.copyOf(levels);
        Require.notNegative(weight, "distillation.pkd.weight");
        ComparedLevels.require(levels, "distillation.pkd.levels");
    }
}
