package dev.retort.distill.fgd;

import dev.retort.detection.data.Batch;
import dev.retort.distill.Distillation;
import dev.retort.distill.level.ComparedLevels;
import dev.retort.distill.level.LevelPair;
import dev.retort.nn.Module;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * FGD (arXiv 2111.11837) on the levels of two pyramids: the losses {@code fgd.foreground}, {@code fgd.background},
 * {@code fgd.attention} and {@code fgd.relation}. The student's optimizer trains adapters and contexts.
 */
final class FgdDistillation implements Distillation {
    static final String NAME = "fgd";

    private final FgdSettings settings;
    private final ComparedLevels levels;
    private final FgdModules modules;

    FgdDistillation(FgdSettings settings, ComparedLevels levels, FgdModules modules) {
        this.settings = settings;
        this.levels = levels;
        this.modules = modules;
    }

    @Override
    public Map<String, Tensor> losses(Step step) {
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> losses = new LinkedHashMap<>();
            for (LevelPair pair : levels.pairs(step)) {
                parts(step.batch(), pair.requireSameSize(NAME))
                        .forEach((part, loss) -> losses.merge(NAME + '.' + part, loss, Tensor::add));
            }
            losses.values().forEach(scope::keep);
            return losses;
        }
    }

    /** The weighted losses of a level. */
    private Map<String, Tensor> parts(Batch batch, LevelPair pair) {
        try (Scope scope = Scope.open()) {
            Tensor student = modules.adapted(pair.level(), pair.student());
            Tensor teacher = pair.teacher();
            FgdAttention attention = FgdAttention.of(teacher, settings.temperature());
            Map<String, Tensor> parts = new LinkedHashMap<>();
            if (settings.isFocal()) {
                Tensor gaps = FgdLoss.gaps(student, teacher, attention);
                FgdMasks masks = FgdMasks.of(
                        batch.groundTruth(),
                        batch.height(),
                        batch.width(),
                        teacher.dim(1),
                        teacher.dim(2),
                        settings.boxes());
                add(parts, "foreground", FgdLoss.focal(gaps, masks.foreground(teacher)), settings.foreground());
                add(parts, "background", FgdLoss.focal(gaps, masks.background(teacher)), settings.background());
            }
            if (settings.attention() > 0) {
                FgdAttention own = FgdAttention.of(student, settings.temperature());
                add(parts, "attention", FgdLoss.attention(own, attention), settings.attention());
            }
            if (settings.relation() > 0) {
                Tensor relation = modules.contexts().relation(pair.level(), student, teacher);
                add(parts, "relation", relation, settings.relation());
            }
            parts.values().forEach(scope::keep);
            return parts;
        }
    }

    private static void add(Map<String, Tensor> parts, String name, Tensor loss, double weight) {
        if (weight > 0) {
            parts.put(name, loss.mul(weight));
        }
    }

    @Override
    public Map<String, Module> joined() {
        return Map.of(NAME, modules);
    }

    @Override
    public void close() {
        modules.close();
    }
}
