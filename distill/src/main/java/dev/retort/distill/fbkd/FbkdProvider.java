package dev.retort.distill.fbkd;

import dev.retort.distill.Distillation;
import dev.retort.distill.DistillationProvider;
import dev.retort.distill.level.ComparedLevels;

/** {@code distillation.methods: [fbkd]}. */
public final class FbkdProvider implements DistillationProvider<FbkdSettings> {
    @Override
    public String name() {
        return FbkdDistillation.NAME;
    }

    @Override
    public FbkdSettings defaults() {
        return FbkdSettings.DEFAULTS;
    }

    @Override
    public Distillation create(Context context, FbkdSettings settings) {
        ComparedLevels levels = ComparedLevels.of(name(), settings.levels(), context);
        if (!settings.isActive()) {
            return Distillation.NONE;
        }
        FbkdParts parts =
                new FbkdParts(context.modules(name()), settings, context.studentChannels(), context.teacherChannels());
        return new FbkdDistillation(settings, levels, parts);
    }
}
