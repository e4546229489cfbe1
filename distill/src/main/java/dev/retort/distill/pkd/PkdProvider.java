package dev.retort.distill.pkd;

import dev.retort.distill.Distillation;
import dev.retort.distill.DistillationProvider;

/** {@code distillation.methods: [pkd]}. */
public final class PkdProvider implements DistillationProvider<PkdSettings> {
    @Override
    public String name() {
        return "pkd";
    }

    @Override
    public PkdSettings defaults() {
        return PkdSettings.DEFAULTS;
    }

    @Override
    public Distillation create(Context context, PkdSettings settings) {
        return new PkdDistillation(
                settings,
                context.student().network().levels(),
                context.teacher().network().levels());
    }
}
