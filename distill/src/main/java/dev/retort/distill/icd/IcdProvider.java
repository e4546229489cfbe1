package dev.retort.distill.icd;

import dev.retort.distill.DistillationProvider;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code distillation.methods: [icd]}. */
public final class IcdProvider implements DistillationProvider<IcdSettings> {
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
        return "icd";
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
    public IcdDistillation create(Context context, IcdSettings settings) {
        return new IcdDistillation(context, settings);
    }
}
