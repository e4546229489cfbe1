package dev.retort.distill.pgd;

import dev.retort.distill.Distillation;
import dev.retort.distill.DistillationException;
import dev.retort.distill.DistillationProvider;
import dev.retort.distill.dense.DensePair;

/** {@code distillation.methods: [pgd]}. */
public final class PgdProvider implements DistillationProvider<PgdSettings> {
    static final String NAME = "pgd";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public PgdSettings defaults() {
        return PgdSettings.DEFAULTS;
    }

    @Override
    public Distillation create(Context context, PgdSettings settings) {
        DensePair.require(NAME, context);
        DensePair.requireTowers(NAME, context, PgdDistillation.POSITION, "leave pgd out");
        int levels = context.student().network().levels().size();
        if (settings.levelWeights().size() != levels) {
            throw new DistillationException("distillation.pgd.levelWeights has "
                    + settings.levelWeights().size() + " numbers, but the student's pyramid has " + levels
                    + " levels: give one for each, finest first");
        }
        return settings.isOff()
                ? Distillation.NONE
                : new PgdDistillation(settings, context.recipe().training().seed());
    }
}
