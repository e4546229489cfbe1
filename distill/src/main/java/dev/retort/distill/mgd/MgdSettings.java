package dev.retort.distill.mgd;

import dev.retort.detection.settings.Effect;
import dev.retort.detection.settings.OnChange;
import dev.retort.detection.settings.Require;
import dev.retort.distill.level.ComparedLevels;
import java.util.List;

/**
 * Section {@code distillation.mgd} of a recipe: the released RetinaNet's.
 *
 * @param weight of the loss, a sum over C*H*W; 0 leaves it out (default 2e-5)
 * @param masked share of the cells that is hidden (default 0.65)
 * @param levels of the pyramid that are compared (default p3 to p7)
 */
public record MgdSettings(double weight, double masked, @OnChange(Effect.ARCHITECTURE) List<String> levels) {
    static final MgdSettings DEFAULTS = new MgdSettings(2e-5, 0.65, ComparedLevels.ALL);

    public MgdSettings {
        levels = List.copyOf(levels);
        Require.notNegative(weight, "distillation.mgd.weight");
        Require.probability(masked, "distillation.mgd.masked");
        ComparedLevels.require(levels, "distillation.mgd.levels");
    }
}
