package dev.retort.distill.pkd;

import dev.retort.distill.Distillation;
import dev.retort.distill.level.ChannelStatistics;
import dev.retort.distill.level.ComparedLevels;
import dev.retort.distill.level.LevelPair;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.Map;

/**
 * PKD (arXiv 2207.02039) on the levels of two pyramids: the loss {@code pkd}. It has no parameters.
 */
final class PkdDistillation implements Distillation {
    private final PkdSettings settings;
    private final ComparedLevels levels;

    PkdDistillation(PkdSettings settings, ComparedLevels levels) {
        this.settings = settings;
        this.levels = levels;
    }

    @Override
    public Map<String, Tensor> losses(Step step) {
        try (Scope scope = Scope.open()) {
            Tensor sum = null;
            for (LevelPair pair : levels.pairs(step)) {
                String advice = "leave " + pair.level() + " out of distillation.pkd.levels, or ";
                ChannelStatistics.require("pkd", pair.level(), pair.teacher(), advice);
                Tensor distance = PkdLoss.distance(pair.student(), pair.teacher());
                sum = sum == null ? distance : sum.add(distance);
            }
            return Map.of("pkd", scope.keep(sum.mul(settings.weight())));
        }
    }
}
