package dev.retort.distill.fitnet;

import dev.retort.distill.Distillation;
import dev.retort.distill.DistillationProvider;
import dev.retort.distill.level.AdapterKind;
import dev.retort.distill.level.Adapters;
import dev.retort.distill.level.ComparedLevels;
import dev.retort.nn.init.Initializer;
import dev.retort.nn.init.Initializers;

/** {@code distillation.methods: [fitnet]}. */
public final class FitNetProvider implements DistillationProvider<FitNetSettings> {
    /** Deviation of the first weights of fine-grained mimic's adapter, which its release cuts off at two deviations. */
    private static final double FINE_GRAINED = 1e-4;

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
            return Distillation.NONE;
        }
        Initializer weight = settings.adapter() == AdapterKind.CONV3X3RELU
                ? Initializers.normal(FINE_GRAINED)
                : Initializers.inverseRootFanIn();
        return new FitNetDistillation(
                settings, levels, Adapters.of(name(), settings.adapter(), levels, context, weight));
    }
}
