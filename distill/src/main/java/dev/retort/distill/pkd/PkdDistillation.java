package dev.retort.distill.pkd;

import dev.retort.distill.Distillation;
import dev.retort.distill.DistillationException;
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
                require(pair.level(), pair.teacher());
                Tensor distance = PkdLoss.distance(pair.student(), pair.teacher());
                sum = sum == null ? distance : sum.add(distance);
            }
            return Map.of("pkd", scope.keep(sum.mul(settings.weight())));
        }
    }

    private static void require(String level, Tensor teacher) {
        if (teacher.dim(0) * teacher.dim(1) * teacher.dim(2) < 2) {
            throw new DistillationException("pkd needs two numbers a channel, but " + level
                    + " has one cell, and the micro-batch one image: leave " + level
                    + " out of distillation.pkd.levels, or set training.batch to 2 or more");
        }
    }
}
