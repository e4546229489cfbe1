package dev.retort.acceptance.golden;

import dev.retort.autograd.Tape;
import dev.retort.distill.mgd.MgdGenerators;
import dev.retort.distill.mgd.MgdLoss;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Golden cases of MGD: masks out of given uniform numbers, distances, and the gradients of students and generators. */
final class MgdChecks {

    private MgdChecks() {}

    static void check(GoldenRun run) throws IOException {
        JsonNode attrs = run.golden().attrs();
        List<String> levels = Networks.strings(attrs.required("levels"));
        try (MgdGenerators generators = new MgdGenerators(
                        Networks.context(run),
                        levels,
                        attrs.required("student_channels").intValue(),
                        attrs.required("teacher_channels").intValue());
                Tape tape = run.tape()) {
            RenamedParameters parameters = new RenamedParameters(run, generators, MgdChecks::name);
            parameters.load();
            tape.watch(generators.trainableParameters());
            PyramidMaps maps = new PyramidMaps(run, tape);
            Tensor sum = null;
            for (int i = 0; i < levels.size(); i++) {
                String level = levels.get(i);
                Tensor keep = MgdLoss.keep(
                        run.tensor("in.uniform_" + level, Networks.CHANNELS_LAST),
                        attrs.required("mask_ratio").doubleValue());
                run.expect("out.mask_" + level, keep, Networks.CHANNELS_FIRST);
                Tensor distance =
                        MgdLoss.distance(generators.forward(level, maps.students.get(i), keep), maps.teachers.get(i));
                run.expect("out.distance_" + level, distance);
                sum = sum == null ? distance : sum.add(distance);
            }
            parameters.expect(maps.expect(tape, sum.mul(attrs.required("alpha").doubleValue())));
        }
    }

    /** {@code p3.first.weight} is {@code p3.generation.0.weight} there, {@code adapter.p3.bias} {@code p3.align.bias}. */
    private static String name(String own) {
        return own.replaceFirst("^adapter\\.(\\w+)", "$1.align")
                .replace(".first.", ".generation.0.")
                .replace(".second.", ".generation.2.");
    }
}
