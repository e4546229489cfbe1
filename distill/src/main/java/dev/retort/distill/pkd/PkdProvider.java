package dev.retort.distill.pkd;

import dev.retort.distill.Distillation;
import dev.retort.distill.DistillationException;
import dev.retort.distill.DistillationProvider;
import dev.retort.distill.level.ComparedLevels;

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
        int own = context.studentChannels();
        int given = context.teacherChannels();
        if (own != given) {
            throw new DistillationException("pkd compares channel with channel, but the student's pyramid has " + own
                    + " and the teacher's " + given + ": set model.pyramidChannels to " + given);
        }
        ComparedLevels levels = ComparedLevels.of(name(), settings.levels(), context);
        return settings.weight() == 0 ? Distillation.NONE : new PkdDistillation(settings, levels);
    }
}
