package dev.retort.distill.cwd;

import dev.retort.detection.settings.Effect;
import dev.retort.detection.settings.OnChange;
import dev.retort.detection.settings.Require;
import dev.retort.distill.level.ComparedLevels;
import java.util.List;

/**
 * Section {@code distillation.cwd} of a recipe.
 *
 * @param weight of the loss; 0 leaves it out (default 10)
 * @param tau temperature of the softmax over cells (default 1)
 * @param on what is compared (default pyramid)
 * @param levels of the pyramid that are compared (default p3 to p7)
 */
public record CwdSettings(
        double weight,
        double tau,
        @OnChange(Effect.ARCHITECTURE) On on,
        @OnChange(Effect.ARCHITECTURE) List<String> levels) {
    static final CwdSettings DEFAULTS = new CwdSettings(10, 1, On.PYRAMID, ComparedLevels.ALL);

    /** What is compared. */
    public enum On {
        /** The pyramid's maps, adapted where widths differ. */
        PYRAMID,
        /** The head's class logits: a channel is a place's class. */
        LOGITS
    }

    public CwdSettings {
        levels = List.copyOf(levels);
        Require.notNegative(weight, "distillation.cwd.weight");
        Require.positive(tau, "distillation.cwd.tau");
        ComparedLevels.require(levels, "distillation.cwd.levels");
    }
}
