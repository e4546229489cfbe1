package dev.retort.distill.cwd;

import dev.retort.distill.Distillation;
import dev.retort.distill.dense.DensePair;
import dev.retort.distill.level.ComparedLevels;
import dev.retort.distill.level.LevelPair;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.Map;

/** CWD on the class logits of two heads, where a channel is a class at one of a cell's places: the loss {@code cwd}. */
final class CwdLogits implements Distillation {
    private final CwdSettings settings;
    private final ComparedLevels levels;

    CwdLogits(CwdSettings settings, ComparedLevels levels) {
        this.settings = settings;
        this.levels = levels;
    }

    @Override
    public Needs needs() {
        return Needs.PREDICTIONS;
    }

    @Override
    public Map<String, Tensor> losses(Step step) {
        try (Scope scope = Scope.open()) {
            Tensor sum = null;
            for (LevelPair pair : DensePair.of(CwdPyramid.NAME, step).logits(levels)) {
                Tensor map = step.teacher().features().get(levels.teacherIndex(pair.level()));
                int cells = map.dim(1) * map.dim(2);
                Tensor divergence = CwdLoss.divergence(
                        CwdLoss.byCell(pair.student(), cells), CwdLoss.byCell(pair.teacher(), cells), settings.tau());
                sum = sum == null ? divergence : sum.add(divergence);
            }
            return Map.of(CwdPyramid.NAME, scope.keep(sum.mul(settings.weight())));
        }
    }
}
