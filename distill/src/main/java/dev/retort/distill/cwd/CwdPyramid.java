package dev.retort.distill.cwd;

import dev.retort.distill.Distillation;
import dev.retort.distill.level.Adapters;
import dev.retort.distill.level.ComparedLevels;
import dev.retort.distill.level.LevelPair;
import dev.retort.nn.Module;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.Map;

/** CWD on the levels of two pyramids: the loss {@code cwd}. The student's optimizer trains adapters where widths differ. */
final class CwdPyramid implements Distillation {
    static final String NAME = "cwd";

    private final CwdSettings settings;
    private final ComparedLevels levels;
    private final Adapters adapters;

    CwdPyramid(CwdSettings settings, ComparedLevels levels, Adapters adapters) {
        this.settings = settings;
        this.levels = levels;
        this.adapters = adapters;
    }

    @Override
    public Map<String, Tensor> losses(Step step) {
        try (Scope scope = Scope.open()) {
            Tensor sum = null;
            for (LevelPair pair : levels.pairs(step)) {
                pair.requireSameSize(NAME);
                Tensor teacher = pair.teacher();
                int cells = teacher.dim(1) * teacher.dim(2);
                Tensor adapted = adapters.forward(pair.level(), pair.student());
                Tensor divergence = CwdLoss.divergence(
                        CwdLoss.byCell(adapted, cells), CwdLoss.byCell(teacher, cells), settings.tau());
                sum = sum == null ? divergence : sum.add(divergence);
            }
            return Map.of(NAME, scope.keep(sum.mul(settings.weight())));
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
