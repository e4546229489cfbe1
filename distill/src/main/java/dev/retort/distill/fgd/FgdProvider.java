package dev.retort.distill.fgd;

import dev.retort.distill.Distillation;
import dev.retort.distill.DistillationProvider;
import dev.retort.distill.level.ComparedLevels;
import dev.retort.nn.BuildContext;
import dev.retort.tensor.DType;
import java.util.Map;

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
            return step -> Map.of();
        }
        long seed = context.recipe().training().seed();
        BuildContext at = BuildContext.root(context.teacher().backend(), DType.F32, seed).at(name());
        FgdModules modules = new FgdModules(
                at,
                levels.names(),
                context.student().recipe().model().pyramidChannels(),
                context.teacher().recipe().model().pyramidChannels(),
                settings.relation() > 0);
        return new FgdDistillation(settings, levels, modules);
    }
}
