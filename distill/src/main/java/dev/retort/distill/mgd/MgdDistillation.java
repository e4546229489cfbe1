package dev.retort.distill.mgd;

import dev.retort.distill.Distillation;
import dev.retort.distill.level.ComparedLevels;
import dev.retort.distill.level.LevelPair;
import dev.retort.nn.Module;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.Map;

/** MGD (arXiv 2205.01529) on the levels of two pyramids: the loss {@code mgd}. The student's optimizer trains the generators. */
final class MgdDistillation implements Distillation {
    static final String NAME = "mgd";

    private final MgdSettings settings;
    private final ComparedLevels levels;
    private final MgdGenerators generators;
    private final MaskDraws draws;

    MgdDistillation(MgdSettings settings, ComparedLevels levels, MgdGenerators generators, MaskDraws draws) {
        this.settings = settings;
        this.levels = levels;
        this.generators = generators;
        this.draws = draws;
    }

    @Override
    public Map<String, Tensor> losses(Step step) {
        try (Scope scope = Scope.open()) {
            Tensor sum = null;
            for (LevelPair pair : levels.pairs(step)) {
                Tensor distance = distance(step, pair.requireSameSize(NAME));
                sum = sum == null ? distance : sum.add(distance);
            }
            return Map.of(NAME, scope.keep(sum.mul(settings.weight())));
        }
    }

    private Tensor distance(Step step, LevelPair pair) {
        try (Scope scope = Scope.open()) {
            Tensor keep = MgdLoss.keep(uniform(step, pair), settings.masked());
            return scope.keep(MgdLoss.distance(generators.forward(pair.level(), pair.student(), keep), pair.teacher()));
        }
    }

    private Tensor uniform(Step step, LevelPair pair) {
        Tensor teacher = pair.teacher();
        int height = teacher.dim(1);
        int width = teacher.dim(2);
        double[] values = draws.uniform(
                step.moment().microBatch(),
                step.batch().groundTruth(),
                levels.studentIndex(pair.level()),
                height * width);
        Shape shape = Shape.of(teacher.dim(0), height, width, 1);
        return teacher.backend().root().tensor(values, shape, teacher.dtype());
    }

    @Override
    public Map<String, Module> joined() {
        return Map.of(NAME, generators);
    }

    @Override
    public void close() {
        generators.close();
    }
}
