package dev.retort.distill.defeat;

import dev.retort.distill.Distillation;
import dev.retort.distill.DistillationProvider;
import dev.retort.distill.level.Adapters;
import dev.retort.distill.level.ComparedLevels;
import dev.retort.nn.init.Initializers;

/** {@code distillation.methods: [defeat]}. */
public final class DeFeatProvider implements DistillationProvider<DeFeatSettings> {
    /** Deviation of the adapters' first weights, as released. */
    private static final double DEVIATION = 1e-4;

    @Override
    public String name() {
        return DeFeatDistillation.NAME;
    }

    @Override
    public DeFeatSettings defaults() {
        return DeFeatSettings.DEFAULTS;
    }

    @Override
    public Distillation create(Context context, DeFeatSettings settings) {
        ComparedLevels levels = ComparedLevels.of(name(), settings.levels(), context);
        if (settings.isWeightless()) {
            return Distillation.NONE;
        }
        Adapters adapters = Adapters.of(name(), settings.adapter(), levels, context, Initializers.normal(DEVIATION));
        return new DeFeatDistillation(settings, levels, adapters);
    }
}
