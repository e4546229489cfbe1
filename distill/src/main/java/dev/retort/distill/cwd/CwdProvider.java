package dev.retort.distill.cwd;

import dev.retort.distill.Distillation;
import dev.retort.distill.DistillationProvider;
import dev.retort.distill.dense.DensePair;
import dev.retort.distill.level.AdapterKind;
import dev.retort.distill.level.Adapters;
import dev.retort.distill.level.ComparedLevels;

/** {@code distillation.methods: [cwd]}. */
public final class CwdProvider implements DistillationProvider<CwdSettings> {
    @Override
    public String name() {
        return CwdPyramid.NAME;
    }

    @Override
    public CwdSettings defaults() {
        return CwdSettings.DEFAULTS;
    }

    @Override
    public Distillation create(Context context, CwdSettings settings) {
        ComparedLevels levels = ComparedLevels.of(name(), settings.levels(), context);
        if (settings.weight() == 0) {
            return Distillation.NONE;
        }
        if (settings.on() == CwdSettings.On.LOGITS) {
            DensePair.require(name(), context);
            return new CwdLogits(settings, levels);
        }
        AdapterKind kind = AdapterKind.between(context.studentChannels(), context.teacherChannels());
        return new CwdPyramid(settings, levels, Adapters.of(name(), kind, levels, context));
    }
}
