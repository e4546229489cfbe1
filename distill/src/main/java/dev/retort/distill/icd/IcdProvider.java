package dev.retort.distill.icd;

import dev.retort.distill.Distillation;
import dev.retort.distill.DistillationException;
import dev.retort.distill.DistillationProvider;
import dev.retort.distill.level.ComparedLevels;
import dev.retort.distill.region.Region;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code distillation.methods: [icd]}. */
public final class IcdProvider implements DistillationProvider<IcdSettings> {
    static final String NAME = "icd";
    private static final String SECTION = "distillation.icd.";

    /** Keys that lay in the section {@code distillation} under the name that they still have. */
    private static final List<String> FLAT = List.of(
            "weight",
            "startIteration",
            "heads",
            "layers",
            "hidden",
            "negativesPerPositive",
            "maxInstances",
            "temperature",
            "uniformPrior",
            "weightDecay",
            "clipNorm");

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public IcdSettings defaults() {
        return IcdSettings.DEFAULTS;
    }

    /**
     * Recipes had these settings in the section {@code distillation} itself, when this was the only method, one under a shorter
     * name, and one for two.
     */
    @Override
    public Map<String, List<String>> renamed() {
        Map<String, List<String>> renamed = new LinkedHashMap<>();
        FLAT.forEach(key -> renamed.put("distillation." + key, List.of(SECTION + key)));
        for (String section : List.of("distillation.", SECTION)) {
            renamed.put(section + "rate", List.of(SECTION + "learningRate"));
            renamed.put(
                    section + "auxiliaryWeight",
                    List.of(SECTION + "identificationWeight", SECTION + "localizationWeight"));
        }
        return renamed;
    }

    @Override
    public Distillation create(Context context, IcdSettings settings) {
        int student = context.studentChannels();
        int teacher = context.teacherChannels();
        if (settings.hidden() != teacher) {
            throw new DistillationException(
                    "distillation.icd.hidden is " + settings.hidden() + ", the teacher's pyramid has " + teacher
                            + " channels: set distillation.icd.hidden to " + teacher);
        }
        if (settings.positionsOnValues() && !settings.projectPositions() && student != teacher) {
            throw new DistillationException("distillation.icd.positionsOnValues adds positions of width " + teacher
                    + " to the student's pyramid, which has " + student + " channels: set"
                    + " distillation.icd.projectPositions=true, or model.pyramidChannels=" + teacher);
        }
        if (settings.decoderPretraining() > 0 && settings.decoderPretraining() >= context.iterations()) {
            throw new DistillationException("distillation.icd.decoderPretraining is " + settings.decoderPretraining()
                    + ", the run has " + context.iterations() + " iterations: the student would never learn. Set it"
                    + " to less, or train longer");
        }
        List<String> named =
                settings.levels().isEmpty() ? context.student().network().levels() : settings.levels();
        ComparedLevels levels = ComparedLevels.of(NAME, named, context);
        return settings.region() == Region.CONDITIONAL
                ? new IcdDistillation(context, settings, levels)
                : new RegionDistillation(context, settings, levels);
    }
}
