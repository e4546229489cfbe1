package dev.retort.distill.fitnet;

import dev.retort.distill.Distillation;
import dev.retort.distill.level.Adapters;
import dev.retort.distill.level.ComparedLevels;
import dev.retort.distill.level.LevelPair;
import dev.retort.distill.region.RegionWeights;
import dev.retort.nn.Module;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Imitation under a region on the levels of two pyramids: the loss {@code fitnet}. The student's optimizer trains the adapters. */
final class FitNetDistillation implements Distillation {
    static final String NAME = "fitnet";

    private final FitNetSettings settings;
    private final ComparedLevels levels;
    private final Adapters adapters;

    FitNetDistillation(FitNetSettings settings, ComparedLevels levels, Adapters adapters) {
        this.settings = settings;
        this.levels = levels;
        this.adapters = adapters;
    }

    @Override
    public Needs needs() {
        return settings.region().needsPredictions() ? Needs.PREDICTIONS : Needs.FEATURES;
    }

    @Override
    public Map<String, Tensor> losses(Step step) {
        try (Scope scope = Scope.open()) {
            List<Tensor> regions = RegionWeights.of(settings.region(), settings.anchors(), step);
            List<Tensor> students = new ArrayList<>();
            List<Tensor> teachers = new ArrayList<>();
            List<Tensor> weights = new ArrayList<>();
            for (LevelPair pair : levels.pairs(step)) {
                pair.requireSameSize(NAME);
                students.add(adapters.forward(pair.level(), pair.student()));
                teachers.add(pair.teacher());
                weights.add(regions.get(levels.teacherIndex(pair.level())));
            }
            Tensor loss = FitNetLoss.of(students, teachers, weights, settings.normalize())
                    .mul(settings.weight());
            boolean waits = step.moment().iteration() < settings.startIteration();
            return Map.of(NAME, scope.keep(waits ? loss.detach() : loss));
        }
    }

    @Override
    public Map<String, Module> joined() {
        return Map.of(NAME, adapters);
    }

    @Override
    public void close() {
        adapters.close();
    }
}
