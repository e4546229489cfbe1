package dev.retort.distill.fgd;

import dev.retort.detection.settings.Effect;
import dev.retort.detection.settings.OnChange;
import dev.retort.detection.settings.Require;
import dev.retort.distill.level.ComparedLevels;
import java.util.List;

/**
 * Section {@code distillation.fgd} of a recipe: the released RetinaNet's. Attention and relation are sums over C*H*W. A part of
 * weight 0 is left out.
 *
 * @param foreground weight of gaps in boxes, the paper's alpha (default 1e-3)
 * @param background weight of gaps elsewhere, beta (default 5e-4)
 * @param attention weight, gamma; the paper has 1e-3 (default 5e-4)
 * @param relation weight, lambda (default 5e-6)
 * @param temperature of the attention (default 0.5)
 * @param boxes how boxes are brought to cells (default stride)
 * @param levels of the pyramid that are compared (default p3 to p7)
 */
public record FgdSettings(
        double foreground,
        double background,
        double attention,
        double relation,
        double temperature,
        BoxMapping boxes,
        @OnChange(Effect.ARCHITECTURE) List<String> levels) {
    static final FgdSettings DEFAULTS =
            new FgdSettings(1e-3, 5e-4, 5e-4, 5e-6, 0.5, BoxMapping.STRIDE, ComparedLevels.ALL);

    public FgdSettings {
        levels = List.copyOf(levels);
        Require.notNegative(foreground, "distillation.fgd.foreground");
        Require.notNegative(background, "distillation.fgd.background");
        Require.notNegative(attention, "distillation.fgd.attention");
        Require.notNegative(relation, "distillation.fgd.relation");
        Require.positive(temperature, "distillation.fgd.temperature");
        ComparedLevels.require(levels, "distillation.fgd.levels");
    }

    /** Whether gaps of single cells are compared. */
    boolean isFocal() {
        return foreground > 0 || background > 0;
    }

    /** Whether there is any loss. */
    boolean isActive() {
        return isFocal() || attention > 0 || relation > 0;
    }
}
