package dev.retort.acceptance.golden;

import dev.retort.autograd.Tape;
import dev.retort.detection.model.BoxOutput;
import dev.retort.detection.model.retinanet.RetinaNetHead;
import dev.retort.distill.crosskd.CrossKdLoss;
import dev.retort.nn.BuildContext;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Golden cases of CrossKD: maps inside both towers and the teacher's head in, what the head says, both losses, and gradients out. */
final class CrossKdChecks {
    private CrossKdChecks() {}

    static void check(GoldenRun run) throws IOException {
        JsonNode attrs = run.golden().attrs();
        if (attrs.required("eps").doubleValue() != 1e-6
                || attrs.required("beta").doubleValue() != 1) {
            throw new AssertionError("CrossKD is built with eps 1e-6 and beta 1, not " + attrs);
        }
        try (RetinaNetHead head = head(run);
                Tape tape = run.tape()) {
            Map<String, Tensor> watched = new LinkedHashMap<>();
            List<Tensor> classes = new ArrayList<>();
            List<Tensor> boxes = new ArrayList<>();
            for (String level : Networks.strings(attrs.required("levels"))) {
                for (String tower : List.of("cls", "bbox")) {
                    String name = "student_" + tower + '_' + level;
                    watched.put(name, tape.watch(run.tensor("in." + name, Networks.CHANNELS_LAST)));
                }
                Tensor counted = run.tensor("in.label_weights_" + level).unsqueeze(2);
                Tensor logits = run.tensor("in.teacher_cls_" + level, Networks.CHANNELS_LAST);
                Tensor taught = expected(run, head, "teacher", level, logits);
                Tensor crossed = expected(
                        run, head, "cross", level, CrossKdLoss.aligned(watched.get("student_cls_" + level), logits));
                classes.add(CrossKdLoss.classes(crossed, taught, counted));
                Tensor deltas = run.tensor("in.teacher_bbox_" + level, Networks.CHANNELS_LAST);
                Tensor given = expectedBoxes(run, head, "teacher", level, deltas);
                Tensor own = expectedBoxes(
                        run, head, "cross", level, CrossKdLoss.aligned(watched.get("student_bbox_" + level), deltas));
                boxes.add(CrossKdLoss.boxes(own, given, taught, counted));
            }
            Tensor sumOfClasses = BckdChecks.divided(attrs, sum(classes));
            Tensor sumOfBoxes = BckdChecks.divided(attrs, sum(boxes));
            run.expect("out.classification", sumOfClasses);
            run.expect("out.box", sumOfBoxes);
            Tensor loss = sumOfClasses
                    .mul(attrs.required("cls_weight").doubleValue())
                    .add(sumOfBoxes.mul(attrs.required("box_weight").doubleValue()));
            run.expect("out.loss", loss);
            var gradients = tape.gradients(loss);
            for (Map.Entry<String, Tensor> input : watched.entrySet()) {
                run.expect("grad." + input.getKey(), gradients.of(input.getValue()), Networks.CHANNELS_FIRST);
            }
        }
    }

    private static Tensor sum(List<Tensor> terms) {
        return terms.stream().reduce(Tensor::add).orElseThrow();
    }

    private static Tensor expected(GoldenRun run, RetinaNetHead head, String who, String level, Tensor map)
            throws IOException {
        Tensor logits = head.logits(map, position(run));
        run.expect("out." + who + "_logits_" + level, logits);
        return logits;
    }

    private static Tensor expectedBoxes(GoldenRun run, RetinaNetHead head, String who, String level, Tensor map)
            throws IOException {
        Tensor deltas = head.boxes(map, position(run), 0);
        run.expect("out." + who + "_deltas_" + level, deltas);
        return BckdChecks.boxes(run.golden().attrs(), deltas, run.golden().doubles("in.anchors_" + level));
    }

    private static int position(GoldenRun run) {
        return run.golden().attrs().required("position").intValue();
    }

    /** The teacher's head; the case has only the convolutions behind the position. */
    private static RetinaNetHead head(GoldenRun run) throws IOException {
        JsonNode attrs = run.golden().attrs();
        int classes = attrs.required("num_classes").intValue();
        int[] score = run.golden().shape("in.cls_score.weight");
        RetinaNetHead head = new RetinaNetHead(
                BuildContext.root(run.backend(), run.dtype(), 0),
                score[1],
                attrs.required("convolutions").intValue(),
                0,
                score[0] / classes,
                BoxOutput.DIRECT,
                classes);
        for (Map.Entry<String, Tensor> parameter : head.state().entrySet()) {
            String name = "in." + parameter.getKey();
            if (run.golden().has(name)) {
                Tensor data = parameter.getValue();
                int[] axes = data.shape().rank() == 4 ? Networks.CHANNELS_LAST : new int[0];
                data.backend().assign(data, run.tensor(name, axes));
            }
        }
        return head;
    }
}
