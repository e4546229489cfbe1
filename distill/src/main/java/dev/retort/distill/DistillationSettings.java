package dev.retort.distill;

import dev.retort.detection.settings.Effect;
import dev.retort.detection.settings.OnChange;
import dev.retort.detection.settings.Require;
import java.util.List;

/**
 * Section {@code distillation} of a recipe; only {@code retort distill} reads it. Settings of a method lie in a section of its
 * name in this one.
 *
 * @param methods whose losses are added up (default icd)
 * @param inheritPyramid start from the teacher's feature pyramid (default true)
 * @param inheritHead start from the teacher's head (default true)
 */
public record DistillationSettings(
        @OnChange(Effect.ARCHITECTURE) List<String> methods,
        @OnChange(Effect.NONE) boolean inheritPyramid,
        @OnChange(Effect.NONE) boolean inheritHead) {
    public DistillationSettings {
        methods = List.copyOf(methods);
        List<String> known = DistillationProvider.all().stream()
                .map(DistillationProvider::name)
                .toList();
        Require.that(
                !methods.isEmpty()
                        && known.containsAll(methods)
                        && methods.stream().distinct().count() == methods.size(),
                "distillation.methods",
                methods,
                "a list of different methods out of " + known);
    }

    static DistillationSettings defaults() {
        return new DistillationSettings(List.of("icd"), true, true);
    }
}
