package dev.retort.distill.fbkd;

import dev.retort.detection.settings.Effect;
import dev.retort.detection.settings.OnChange;
import dev.retort.detection.settings.Require;
import dev.retort.distill.level.ComparedLevels;
import java.util.List;

/**
 * Section {@code distillation.fbkd} of a recipe: weights of the Faster R-CNN of mmrazor, as nobody has published RetinaNet's. A part
 * of weight 0 is left out.
 *
 * @param feature weight of the difference of maps (default 7e-5)
 * @param channel weight of the difference of means over cells (default 4e-3)
 * @param spatial weight of the difference of means over channels (default 4e-3)
 * @param relation weight of the difference behind non-local blocks (default 7e-5)
 * @param temperature of the attention (default 0.5)
 * @param pool for each level the size of the windows that keys and values of its non-local blocks are pooled by; mmrazor pools by
 *     2 before (default 8, 4, 2, 2, 2)
 * @param levels of the pyramid that are compared (default p3 to p7)
 */
public record FbkdSettings(
        double feature,
        double channel,
        double spatial,
        double relation,
        double temperature,
        List<Integer> pool,
        @OnChange(Effect.ARCHITECTURE) List<String> levels) {
    static final FbkdSettings DEFAULTS =
            new FbkdSettings(7e-5, 4e-3, 4e-3, 7e-5, 0.5, List.of(8, 4, 2, 2, 2), ComparedLevels.ALL);

    public FbkdSettings {
        pool = List.copyOf(pool);
        levels = List.copyOf(levels);
        Require.notNegative(feature, "distillation.fbkd.feature");
        Require.notNegative(channel, "distillation.fbkd.channel");
        Require.notNegative(spatial, "distillation.fbkd.spatial");
        Require.notNegative(relation, "distillation.fbkd.relation");
        Require.positive(temperature, "distillation.fbkd.temperature");
        ComparedLevels.require(levels, "distillation.fbkd.levels");
        Require.that(
                pool.size() == levels.size() && pool.stream().allMatch(size -> size > 0),
                "distillation.fbkd.pool",
                pool,
                "a list of " + levels.size() + " sizes from 1, one for each of distillation.fbkd.levels");
    }

    /** The weight of a part by its name. */
    double weight(String part) {
        return switch (part) {
            case "feature" -> feature;
            case "channel" -> channel;
            case "spatial" -> spatial;
            case "relation" -> relation;
            default -> throw new IllegalArgumentException("FBKD has no part " + part);
        };
    }

    /** Whether there is any loss. */
    boolean isActive() {
        return feature > 0 || channel > 0 || spatial > 0 || relation > 0;
    }
}
