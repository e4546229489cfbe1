package dev.retort.distill.icd;

import dev.retort.nn.Module;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Starts part of a student from its teacher (ICD, arXiv 2110.12724): tensors of the same name and shape are copied.
 * Tensors that do not fit, as laterals and p6 of unlike backbones, keep their own initialisation and are listed.
 */
public final class Inheritance {
    private Inheritance() {}

    /**
     * What became of the student's tensors.
     *
     * @param copied names of those that are the teacher's now
     * @param kept why each of the others is not: its name and both shapes
     */
    public record Report(List<String> copied, List<String> kept) {
        public Report {
            copied = List.copyOf(copied);
            kept = List.copyOf(kept);
        }
    }

    /**
     * Copies parameters and buffers, in place.
     *
     * @param teacher a part of the teacher, its feature pyramid or its head
     * @param student the same part of the student, on the same backend
     */
    public static Report copy(Module teacher, Module student) {
        Map<String, Tensor> source = teacher.state();
        List<String> copied = new ArrayList<>();
        List<String> kept = new ArrayList<>();
        student.state().forEach((name, target) -> {
            Tensor given = source.get(name);
            if (given == null) {
                kept.add(name + ": the teacher has none");
            } else if (!given.shape().equals(target.shape())) {
                kept.add(name + ": " + target.shape() + ", the teacher's is " + given.shape());
            } else {
                target.backend().assign(target, given);
                copied.add(name);
            }
        });
        return new Report(copied, kept);
    }
}
