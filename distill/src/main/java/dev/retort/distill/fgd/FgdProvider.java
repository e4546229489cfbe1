package dev.retort.distill.fgd;

import dev.retort.distill.Distillation;
import dev.retort.distill.DistillationProvider;
import dev.retort.distill.level.ComparedLevels;

/** {@code distillation.methods: [fgd]}. */
public final class FgdProvider implements DistillationProvider<FgdSettings> {
    @Override
    public String name() {
        return FgdDistillation.NAME;
    }

    @Override
    public FgdSettings defaults() {
        return FgdSettings.DEFAULTS;
    }

    @Override
    public Distillation create(Context context, FgdSettings settings) {
        ComparedLevels levels = ComparedLevels.of(name(), settings.levels(), context);
        if (!settings.isActive()) {
            return Distillation.NONE;
        }
        FgdModules modules = new FgdModules(
                context.modules(name()),
                levels.names(),
                context.studentChannels(),
                context.teacherChannels(),
                settings.relation() > 0);
        return new FgdDistillation(settings, levels, modules);
    }
}
