package dev.retort.distill.icd;

import dev.retort.distill.DistillationProvider;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code distillation.methods: [icd]}. */
public final class IcdProvider implements DistillationProvider<IcdSettings> {
    @Override
    public String name() {
        return "icd";
    }

    @Override
    public IcdSettings defaults() {
        return IcdSettings.DEFAULTS;
    }

    /** Recipes had these settings in the section {@code distillation} itself, when this was the only method, and a shorter name. */
    @Override
    public Map<String, String> renamed() {
        Map<String, String> renamed = new LinkedHashMap<>();
        for (RecordComponent key : IcdSettings.class.getRecordComponents()) {
            renamed.put("distillation." + key.getName(), "distillation.icd." + key.getName());
        }
        renamed.remove("distillation.learningRate");
        renamed.put("distillation.rate", "distillation.icd.learningRate");
        renamed.put("distillation.icd.rate", "distillation.icd.learningRate");
        return renamed;
    }

    @Override
    public IcdDistillation create(Context context, IcdSettings settings) {
        return new IcdDistillation(context, settings);
    }
}
