package dev.retort.distill.icd;

import dev.retort.distill.DistillationProvider;
import java.lang.reflect.RecordComponent;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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

    /** Recipes had these settings in the section {@code distillation} itself, when this was the only method. */
    @Override
    public Map<String, String> renamed() {
        return Stream.of(IcdSettings.class.getRecordComponents())
                .map(RecordComponent::getName)
                .collect(Collectors.toMap(key -> "distillation." + key, key -> "distillation.icd." + key));
    }

    @Override
    public IcdDistillation create(Context context, IcdSettings settings) {
        return new IcdDistillation(context, settings);
    }
}
