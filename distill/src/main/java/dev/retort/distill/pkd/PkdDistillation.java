package dev.retort.distill.pkd;

import dev.retort.distill.Distillation;
import dev.retort.distill.DistillationException;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * PKD (arXiv 2207.02039) on the levels of two pyramids: the loss {@code pkd}; none with weight 0. It has no parameters.
 */
final class PkdDistillation implements Distillation {
    private final PkdSettings settings;
    private final List<String> studentLevels;
    private final List<String> teacherLevels;

    PkdDistillation(PkdSettings settings, List<String> studentLevels, List<String> teacherLevels) {
        this.settings = settings;
        this.studentLevels = studentLevels;
        this.teacherLevels = teacherLevels;
        for (String level : settings.levels()) {
            if (!studentLevels.contains(level) || !teacherLevels.contains(level)) {
                throw new DistillationException("distillation.pkd.levels names " + level + ", but the student has "
                        + studentLevels + " and the teacher " + teacherLevels);
            }
        }
    }

    @Override
    public Map<String, Tensor> losses(Step step) {
        if (settings.weight() == 0) {
            return Map.of();
        }
        try (Scope scope = Scope.open()) {
            Tensor sum = null;
            for (String level : settings.levels()) {
                Tensor student = step.student().features().get(studentLevels.indexOf(level));
                Tensor teacher = step.teacher().features().get(teacherLevels.indexOf(level));
                require(level, teacher);
                Tensor distance = PkdLoss.distance(student, teacher);
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
