package dev.retort.distill.fitnet;

import dev.retort.detection.settings.Effect;
import dev.retort.detection.settings.OnChange;
import dev.retort.detection.settings.Require;
import dev.retort.distill.level.AdapterKind;
import dev.retort.distill.level.ComparedLevels;
import dev.retort.distill.region.AnchorCells;
import dev.retort.distill.region.Region;
import java.util.List;

/**
 * Section {@code distillation.fitnet} of a recipe.
 *
 * @param weight of the loss; 0 leaves it out (default 1)
 * @param adapter of the student's maps (default conv1x1)
 * @param region the cells that count (default all)
 * @param anchorLevels among which anchors a box's best is sought, with the region of anchors (default all)
 * @param legacyPixels anchors and boxes are a pixel wider and higher there, as released (default false)
 * @param normalize what the sum is divided by (default elements)
 * @param startIteration iterations in which the loss is computed, but nothing learns from it (default 0)
 * @param levels of the pyramid that are compared (default p3 to p7)
 */
public record FitNetSettings(
        double weight,
        @OnChange(Effect.ARCHITECTURE) AdapterKind adapter,
        Region region,
        AnchorCells.Reference anchorLevels,
        boolean legacyPixels,
        FitNetLoss.Normalization normalize,
        int startIteration,
        @OnChange(Effect.ARCHITECTURE) List<String> levels) {
    static final FitNetSettings DEFAULTS = new FitNetSettings(
            1,
            AdapterKind.CONV1X1,
            Region.ALL,
            AnchorCells.Reference.ALL,
            false,
            FitNetLoss.Normalization.ELEMENTS,
            0,
            ComparedLevels.ALL);

    public FitNetSettings {
        levels = List.copyOf(levels);
        Require.notNegative(weight, "distillation.fitnet.weight");
        Require.that(
                region != Region.CONDITIONAL,
                "distillation.fitnet.region",
                "conditional",
                "one of all, boxes, anchors, activation, score: the method icd has the conditional one");
        Require.atLeast(0, startIteration, "distillation.fitnet.startIteration");
        ComparedLevels.require(levels, "distillation.fitnet.levels");
    }

    AnchorCells anchors() {
        return new AnchorCells(anchorLevels, legacyPixels);
    }
}
