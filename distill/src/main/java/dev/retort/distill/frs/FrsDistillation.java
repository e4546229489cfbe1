package dev.retort.distill.frs;

import dev.retort.distill.Distillation;
import dev.retort.distill.dense.DensePair;
import dev.retort.distill.level.Adapters;
import dev.retort.distill.level.ComparedLevels;
import dev.retort.distill.level.LevelPair;
import dev.retort.distill.region.RegionWeights;
import dev.retort.nn.Module;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * FRS on the levels of two detectors: the losses {@code frs.feature} and {@code frs.classes}, each but with weight 0. The student's
 * optimizer trains the adapters, which the first one has.
 */
final class FrsDistillation implements Distillation {
    static final String NAME = "frs";

    private final FrsSettings settings;
    private final ComparedLevels levels;
    private final Optional<Adapters> adapters;

    FrsDistillation(FrsSettings settings, ComparedLevels levels, Optional<Adapters> adapters) {
        this.settings = settings;
        this.levels = levels;
        this.adapters = adapters;
    }

    @Override
    public Needs needs() {
        return Needs.PREDICTIONS;
    }

    @Override
    public Map<String, Tensor> losses(Step step) {
        double ramp = FrsLoss.ramp(step.moment().iteration(), settings.warmup());
        try (Scope scope = Scope.open()) {
            List<LevelPair> maps = levels.pairs(step);
            List<LevelPair> logits = DensePair.of(NAME, step).logits(levels);
            List<Tensor> features = new ArrayList<>();
            List<Tensor> classes = new ArrayList<>();
            for (int level = 0; level < maps.size(); level++) {
                LevelPair map = maps.get(level).requireSameSize(NAME);
                LevelPair scores = logits.get(level);
                Tensor mask = RegionWeights.scores(scores.teacher(), map.teacher());
                adapters.ifPresent(adapter -> features.add(
                        FrsLoss.feature(adapter.forward(map.level(), map.student()), map.teacher(), mask)));
                if (settings.classes() > 0) {
                    classes.add(FrsLoss.classes(scores.student(), scores.teacher(), mask));
                }
            }
            Map<String, Tensor> terms = new LinkedHashMap<>();
            put(terms, "feature", features, settings.feature() * ramp);
            put(terms, "classes", classes, settings.classes() * ramp);
            terms.values().forEach(scope::keep);
            return terms;
        }
    }

    private static void put(Map<String, Tensor> terms, String name, List<Tensor> levels, double weight) {
        levels.stream().reduce(Tensor::add).ifPresent(sum -> terms.put(NAME + '.' + name, sum.mul(weight)));
    }

    @Override
    public Map<String, Module> joined() {
        return adapters.<Map<String, Module>>map(own -> Map.of(NAME, own)).orElse(Map.of());
    }

    @Override
    public void close() {
        adapters.ifPresent(Adapters::close);
    }
}
