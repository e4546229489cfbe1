package dev.retort.distill.bckd;

import dev.retort.distill.Distillation;
import dev.retort.distill.DistillationProvider;
import dev.retort.distill.dense.DensePair;

/** {@code distillation.methods: [bckd]}. */
public final class BckdProvider implements DistillationProvider<BckdSettings> {
    static final String NAME = "bckd";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public BckdSettings defaults() {
        return BckdSettings.DEFAULTS;
    }

    @Override
    public Distillation create(Context context, BckdSettings settings) {
        DensePair.require(NAME, context);
        boolean isOff = settings.classes() == 0 && settings.boxes() == 0;
        return isOff ? Distillation.NONE : new BckdDistillation(settings);
    }
}
