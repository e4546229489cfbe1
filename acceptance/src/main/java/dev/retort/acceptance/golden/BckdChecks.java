package dev.retort.acceptance.golden;

import dev.retort.autograd.Tape;
import dev.retort.detection.box.BoxCoder;
import dev.retort.detection.model.BoxDecoding;
import dev.retort.distill.bckd.BckdLoss;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Golden cases of BCKD: logits and deltas of both networks in, both losses of each level and the student's gradients out. */
final class BckdChecks {
    private BckdChecks() {}

    static void check(GoldenRun run) throws IOException {
        JsonNode attrs = run.golden().attrs();
        double beta = attrs.required("beta").doubleValue();
        boolean skips = attrs.required("levels_without_positives").stringValue().equals("skip");
        try (Tape tape = run.tape()) {
            Map<String, Tensor> watched = new LinkedHashMap<>();
            Tensor sum = null;
            for (String level : Networks.strings(attrs.required("levels"))) {
                Tensor logits = tape.watch(run.tensor("in.student_logits_" + level));
                Tensor deltas = tape.watch(run.tensor("in.student_deltas_" + level));
                watched.put("student_logits_" + level, logits);
                watched.put("student_deltas_" + level, deltas);
                Tensor taught = run.tensor("in.teacher_logits_" + level);
                Tensor counted = run.tensor("in.label_weights_" + level).unsqueeze(2);
                double[] anchors = run.golden().doubles("in.anchors_" + level);
                Tensor given = boxes(attrs, run.tensor("in.teacher_deltas_" + level), anchors);
                Tensor classes = divided(attrs, BckdLoss.classes(logits, taught, counted, beta));
                Tensor boxes =
                        divided(attrs, BckdLoss.boxes(boxes(attrs, deltas, anchors), given, logits, taught, counted));
                run.expect("out.classification_" + level, classes);
                run.expect("out.box_" + level, boxes);
                Tensor both = classes.mul(attrs.required("cls_weight").doubleValue())
                        .add(boxes.mul(attrs.required("box_weight").doubleValue()));
                Tensor counts = skips && !anyPositive(run, level) ? both.mul(0) : both;
                sum = sum == null ? counts : sum.add(counts);
            }
            run.expect("out.loss", sum);
            var gradients = tape.gradients(sum);
            for (Map.Entry<String, Tensor> input : watched.entrySet()) {
                run.expect("grad." + input.getKey(), gradients.of(input.getValue()));
            }
        }
    }

    private static boolean anyPositive(GoldenRun run, String level) throws IOException {
        for (double positive : run.golden().doubles("in.positive_" + level)) {
            if (positive != 0) {
                return true;
            }
        }
        return false;
    }

    /** By the case's number of positive places, to which the released code adds a little. */
    static Tensor divided(JsonNode attrs, Tensor sum) {
        return sum.mul(1
                / (attrs.required("average_factor").doubleValue()
                        + attrs.required("average_factor_eps").doubleValue()));
    }

    static Tensor boxes(JsonNode attrs, Tensor deltas, double[] anchors) {
        double limit = attrs.required("delta_limit").doubleValue();
        return BoxDecoding.decodeBounded(new BoxCoder(1, 1, 1, 1, limit), deltas, anchors);
    }
}
