package dev.retort.distill.frs;

import dev.retort.distill.Distillation;
import dev.retort.distill.DistillationProvider;
import dev.retort.distill.dense.DensePair;
import dev.retort.distill.level.Adapters;
import dev.retort.distill.level.ComparedLevels;
import java.util.Optional;

/** {@code distillation.methods: [frs]}. */
public final class FrsProvider implements DistillationProvider<FrsSettings> {
    @Override
    public String name() {
        return FrsDistillation.NAME;
    }

    @Override
    public FrsSettings defaults() {
        return FrsSettings.DEFAULTS;
    }

    @Override
    public Distillation create(Context context, FrsSettings settings) {
        ComparedLevels levels = ComparedLevels.of(name(), settings.levels(), context);
        if (settings.isWeightless()) {
            return Distillation.NONE;
        }
        DensePair.require(name(), context);
        Optional<Adapters> adapters = settings.feature() == 0
                ? Optional.empty()
                : Optional.of(Adapters.of(name(), settings.adapter(), levels, context));
        return new FrsDistillation(settings, levels, adapters);
    }
}
