package dev.retort.acceptance.golden;

import dev.retort.autograd.Tape;
import dev.retort.distill.mgd.MgdGenerators;
import dev.retort.distill.mgd.MgdLoss;
import dev.retort.nn.BuildContext;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Golden cases of MGD: masks out of given uniform numbers, distances, and the gradients of students and generators. */
final class MgdChecks {
    private static final int[] CHANNELS_LAST = {0, 2, 3, 1};
    private static final int[] CHANNELS_FIRST = {0, 3, 1, 2};

    private MgdChecks() {}

    static void check(GoldenRun run) throws IOException {
        JsonNode attrs = run.golden().attrs();
        List<String> levels = Networks.strings(attrs.required("levels"));
        BuildContext context = BuildContext.root(run.backend(), run.dtype(), 1);
        try (MgdGenerators generators = new MgdGenerators(
                        context,
                        levels,
                        attrs.required("student_channels").intValue(),
                        attrs.required("teacher_channels").intValue());
                Tape tape = run.tape()) {
            RenamedParameters parameters = new RenamedParameters(run, generators, MgdChecks::name);
            parameters.load();
            tape.watch(generators.trainableParameters());
            Map<String, Tensor> students = new LinkedHashMap<>();
            Tensor sum = null;
            for (String level : levels) {
                Tensor student = tape.watch(run.tensor("in.student_" + level, CHANNELS_LAST));
                students.put(level, student);
                Tensor keep = MgdLoss.keep(
                        run.tensor("in.uniform_" + level, CHANNELS_LAST),
                        attrs.required("mask_ratio").doubleValue());
                run.expect("out.mask_" + level, keep, CHANNELS_FIRST);
                Tensor distance = MgdLoss.distance(
                        generators.forward(level, student, keep), run.tensor("in.teacher_" + level, CHANNELS_LAST));
                run.expect("out.distance_" + level, distance);
                sum = sum == null ? distance : sum.add(distance);
            }
            Tensor loss = sum.mul(attrs.required("alpha").doubleValue());
            run.expect("out.loss", loss);
            var gradients = tape.gradients(loss);
            for (Map.Entry<String, Tensor> student : students.entrySet()) {
                run.expect("grad.student_" + student.getKey(), gradients.of(student.getValue()), CHANNELS_FIRST);
            }
            parameters.expect(gradients);
        }
    }

    /** {@code p3.first.weight} is {@code p3.generation.0.weight} there, {@code adapter.p3.bias} {@code p3.align.bias}. */
    private static String name(String own) {
        return own.replaceFirst("^adapter\\.(\\w+)", "$1.align")
                .replace(".first.", ".generation.0.")
                .replace(".second.", ".generation.2.");
    }
}
