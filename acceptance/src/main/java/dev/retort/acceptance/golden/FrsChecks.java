package dev.retort.acceptance.golden;

import dev.retort.autograd.Tape;
import dev.retort.distill.frs.FrsLoss;
import dev.retort.distill.region.RegionWeights;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import tools.jackson.databind.JsonNode;

/** Golden cases of FRS: masks, both parts of every level, the loss in a warm-up and after it, and gradients. */
final class FrsChecks {
    private FrsChecks() {}

    static void check(GoldenRun run) throws IOException {
        JsonNode attrs = run.golden().attrs();
        double ramp = FrsLoss.ramp(
                attrs.required("iteration").longValue(),
                attrs.required("warmup").intValue());
        try (Tape tape = run.tape();
                PyramidCase pyramids = new PyramidCase(run, tape)) {
            Tensor loss = null;
            for (int level = 0; level < pyramids.levels.size(); level++) {
                String name = pyramids.levels.get(level);
                Tensor map = pyramids.teachers.get(level);
                Tensor given = run.tensor("in.teacher_logits_" + name);
                Tensor mask = RegionWeights.scores(given, map);
                run.expect("out.mask_" + name, mask.reshape(map.dim(0), map.dim(1), map.dim(2)));
                Tensor feature = FrsLoss.feature(pyramids.adapted.get(level), map, mask);
                run.expect("out.feature_" + name, feature);
                Tensor classes = FrsLoss.classes(pyramids.watch(tape, "student_logits_" + name), given, mask);
                run.expect("out.classification_" + name, classes);
                Tensor weighted = feature.mul(attrs.required("feature_weight").doubleValue() * ramp)
                        .add(classes.mul(attrs.required("cls_weight").doubleValue() * ramp));
                loss = loss == null ? weighted : loss.add(weighted);
            }
            pyramids.expect(tape, loss);
        }
    }
}
