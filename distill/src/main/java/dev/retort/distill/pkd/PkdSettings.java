package dev.retort.distill.pkd;

import dev.retort.detection.settings.Require;
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
        Require.that(
                !levels.isEmpty() && levels.stream().distinct().count() == levels.size(),
                "distillation.pkd.levels",
                levels,
                "a list of different levels, such as [p3, p4]");
    }
}
