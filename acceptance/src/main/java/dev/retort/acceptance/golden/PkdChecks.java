package dev.retort.acceptance.golden;

import dev.retort.autograd.Tape;
import dev.retort.distill.pkd.PkdLoss;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Golden cases of PKD: maps of student and teacher in, losses and the student's gradients out. */
final class PkdChecks {
    private static final int[] CHANNELS_LAST = {0, 2, 3, 1};
    private static final int[] CHANNELS_FIRST = {0, 3, 1, 2};
    /** Constants of the formula, which the engine has, too. */
    private static final double EPSILON = 1e-6;

    private PkdChecks() {}

    static void check(GoldenRun run) throws IOException {
        JsonNode attrs = run.golden().attrs();
        if (attrs.required("eps").doubleValue() != EPSILON
                || !attrs.required("unbiased").booleanValue()) {
            throw new AssertionError("PKD is built with eps 1e-6 and the unbiased deviation, not " + attrs);
        }
        List<String> levels = Networks.strings(attrs.required("levels"));
        try (Tape tape = run.tape()) {
            Map<String, Tensor> students = new LinkedHashMap<>();
            Tensor sum = null;
            for (String level : levels) {
                Tensor student = tape.watch(run.tensor("in.student_" + level, CHANNELS_LAST));
                students.put(level, student);
                Tensor distance = PkdLoss.distance(student, run.tensor("in.teacher_" + level, CHANNELS_LAST));
                run.expect("out.distance_" + level, distance);
                sum = sum == null ? distance : sum.add(distance);
            }
            Tensor loss = sum.mul(attrs.required("weight").doubleValue());
            run.expect("out.loss", loss);
            var gradients = tape.gradients(loss);
            for (Map.Entry<String, Tensor> student : students.entrySet()) {
                run.expect("grad.student_" + student.getKey(), gradients.of(student.getValue()), CHANNELS_FIRST);
            }
        }
    }
}
