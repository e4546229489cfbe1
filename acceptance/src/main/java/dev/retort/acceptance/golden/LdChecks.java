package dev.retort.acceptance.golden;

import dev.retort.autograd.Tape;
import dev.retort.distill.ld.LdLoss;
import dev.retort.distill.ld.ValuableRegion;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Golden cases of LD: logits of edges in, losses and the student's gradients out; anchors and boxes in, the region's weights out. */
final class LdChecks {
    private static final int EDGES = 4;

    private LdChecks() {}

    static Map<String, GoldenCheck> checks() {
        return Map.of("ld", golden -> GoldenRun.each(golden, LdChecks::loss), "ld_region", LdChecks::region);
    }

    private static void loss(GoldenRun run) throws IOException {
        JsonNode attrs = run.golden().attrs();
        if (!attrs.required("class_mean").booleanValue()) {
            throw new AssertionError("LD is built with the mean over bins, not " + attrs);
        }
        boolean joint =
                attrs.has("joint_softmax") && attrs.required("joint_softmax").booleanValue();
        int bins = attrs.required("bins").intValue();
        try (Tape tape = run.tape()) {
            Tensor student = tape.watch(run.tensor("in.student"));
            Tensor each = LdLoss.each(
                    student,
                    run.tensor("in.teacher"),
                    joint ? EDGES * bins : bins,
                    attrs.required("temperature").doubleValue());
            run.expect("out.each", each);
            Tensor loss = LdLoss.sum(each, run.tensor("in.weight"))
                    .mul(attrs.required("loss_weight").doubleValue()
                            / attrs.required("average_factor").doubleValue());
            run.expect("out.loss", loss);
            run.expect("grad.student", tape.gradients(loss).of(student));
        }
    }

    private static void region(GoldenCase golden) throws IOException {
        JsonNode attrs = golden.attrs();
        List<double[]> levels = new ArrayList<>();
        for (String level : Networks.strings(attrs.required("levels"))) {
            levels.add(golden.doubles("in.anchors_" + level));
        }
        ValuableRegion region = new ValuableRegion(
                attrs.required("topk").intValue(),
                attrs.required("share").doubleValue(),
                attrs.required("over").stringValue().equals("anchor")
                        ? ValuableRegion.Overlap.ANCHOR
                        : ValuableRegion.Overlap.UNION);
        golden.expectFloat64("out.weight", region.weights(levels, golden.doubles("in.gt_boxes")));
    }
}
