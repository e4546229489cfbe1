package dev.retort.distill.fgd;

import dev.retort.nn.BuildContext;
import dev.retort.nn.Module;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The context blocks of the relation, {@code student.LEVEL} and {@code teacher.LEVEL}: both sides' are trained. */
public final class FgdContexts extends Module {
    private final Map<String, ContextBlock> students = new LinkedHashMap<>();
    private final Map<String, ContextBlock> teachers = new LinkedHashMap<>();

    /** @param channels the teacher's, and the student's behind its adapter */
    public FgdContexts(BuildContext context, List<String> levels, int channels) {
        super(context);
        for (String level : levels) {
            students.put(level, child("student." + level, at -> new ContextBlock(at, channels)));
            teachers.put(level, child("teacher." + level, at -> new ContextBlock(at, channels)));
        }
    }

    /** The relation of a level, a scalar; see {@link FgdLoss#relation}. Maps are [N, h, w, C]. */
    public Tensor relation(String level, Tensor student, Tensor teacher) {
        try (Scope scope = Scope.open()) {
            return scope.keep(FgdLoss.relation(
                    student,
                    teacher,
                    students.get(level).forward(student),
                    teachers.get(level).forward(teacher)));
        }
    }
}
