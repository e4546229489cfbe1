package dev.retort.distill.crosskd;

import dev.retort.distill.Distillation;
import dev.retort.distill.DistillationProvider;
import dev.retort.distill.dense.DensePair;

/** {@code distillation.methods: [crosskd]}. */
public final class CrossKdProvider implements DistillationProvider<CrossKdSettings> {
    static final String NAME = "crosskd";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public CrossKdSettings defaults() {
        return CrossKdSettings.DEFAULTS;
    }

    @Override
    public Distillation create(Context context, CrossKdSettings settings) {
        DensePair.require(NAME, context);
        DensePair.requireTowers(NAME, context, settings.position(), "set distillation.crosskd.position lower");
        boolean isOff = settings.classes() == 0 && settings.boxes() == 0;
        return isOff
                ? Distillation.NONE
                : new CrossKdDistillation(settings, context.student().network().levels());
    }
}
