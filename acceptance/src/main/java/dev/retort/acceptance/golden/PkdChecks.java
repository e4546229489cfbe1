package dev.retort.acceptance.golden;

import dev.retort.autograd.Tape;
import dev.retort.distill.pkd.PkdLoss;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import tools.jackson.databind.JsonNode;

/** Golden cases of PKD: maps of student and teacher in, losses and the student's gradients out. */
final class PkdChecks {
    /** Constants of the formula, which the engine has, too. */
    private static final double EPSILON = 1e-6;

    private PkdChecks() {}

    static void check(GoldenRun run) throws IOException {
        JsonNode attrs = run.golden().attrs();
        if (attrs.required("eps").doubleValue() != EPSILON
                || !attrs.required("unbiased").booleanValue()) {
            throw new AssertionError("PKD is built with eps 1e-6 and the unbiased deviation, not " + attrs);
        }
        try (Tape tape = run.tape()) {
            PyramidMaps maps = new PyramidMaps(run, tape);
            Tensor sum = null;
            for (int level = 0; level < maps.levels.size(); level++) {
                Tensor distance = PkdLoss.distance(maps.students.get(level), maps.teachers.get(level));
                run.expect("out.distance_" + maps.levels.get(level), distance);
                sum = sum == null ? distance : sum.add(distance);
            }
            maps.expect(tape, sum.mul(attrs.required("weight").doubleValue()));
        }
    }
}
