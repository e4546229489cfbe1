package dev.retort.distill.mgd;

import dev.retort.distill.Distillation;
import dev.retort.distill.DistillationProvider;
import dev.retort.distill.level.ComparedLevels;
import dev.retort.nn.BuildContext;
import dev.retort.tensor.DType;
import java.util.Map;

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
            return step -> Map.of();
        }
        long seed = context.recipe().training().seed();
        BuildContext at =
                BuildContext.root(context.teacher().backend(), DType.F32, seed).at(name());
        MgdGenerators generators = new MgdGenerators(
                at,
                levels.names(),
                context.student().recipe().model().pyramidChannels(),
                context.teacher().recipe().model().pyramidChannels());
        return new MgdDistillation(settings, levels, generators, new MaskDraws(seed));
    }
}
