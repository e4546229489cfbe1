package dev.retort.distill.mgd;

import dev.retort.distill.Distillation;
import dev.retort.distill.DistillationProvider;
import dev.retort.distill.level.ComparedLevels;

/** {@code distillation.methods: [mgd]}. */
public final class MgdProvider implements DistillationProvider<MgdSettings> {
    @Override
    public String name() {
        return MgdDistillation.NAME;
    }

    @Override
    public MgdSettings defaults() {
        return MgdSettings.DEFAULTS;
    }

    @Override
    public Distillation create(Context context, MgdSettings settings) {
        ComparedLevels levels = ComparedLevels.of(name(), settings.levels(), context);
        if (settings.weight() == 0) {
            return Distillation.NONE;
        }
        MgdGenerators generators = new MgdGenerators(
                context.modules(name()), levels.names(), context.studentChannels(), context.teacherChannels());
        return new MgdDistillation(
                settings,
                levels,
                generators,
                new MaskDraws(context.recipe().training().seed()));
    }
}
