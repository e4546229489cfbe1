package dev.retort.distill.fitnet;

import dev.retort.distill.Distillation;
import dev.retort.distill.DistillationProvider;
import dev.retort.distill.level.Adapters;
import dev.retort.distill.level.ComparedLevels;
import java.util.Map;

/** {@code distillation.methods: [fitnet]}. */
public final class FitNetProvider implements DistillationProvider<FitNetSettings> {
    @Override
    public String name() {
        return FitNetDistillation.NAME;
    }

    @Override
    public FitNetSettings defaults() {
        return FitNetSettings.DEFAULTS;
    }

    @Override
    public Distillation create(Context context, FitNetSettings settings) {
        ComparedLevels levels = ComparedLevels.of(name(), settings.levels(), context);
        if (settings.weight() == 0) {
            return step -> Map.of();
        }
        return new FitNetDistillation(settings, levels, Adapters.of(name(), settings.adapter(), levels, context));
    }
}
