package dev.retort.acceptance.golden;

import dev.retort.autograd.Tape;
import dev.retort.detection.box.GroundTruth;
import dev.retort.detection.model.Places;
import dev.retort.distill.pgd.PgdGaussian;
import dev.retort.distill.pgd.PgdLoss;
import dev.retort.distill.pgd.PgdQuality;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Golden cases of PGD: the losses of both towers under given masks, and the weights of cells by the teacher's predictions. */
final class PgdChecks {
    private PgdChecks() {}

    static Map<String, GoldenCheck> checks() {
        return Map.of(
                "pgd_cls", golden -> GoldenRun.each(golden, PgdChecks::classes),
                "pgd_reg", golden -> GoldenRun.each(golden, PgdChecks::boxes),
                "pgd_weights", golden -> GoldenRun.each(golden, PgdChecks::weights));
    }

    private static void classes(GoldenRun run) throws IOException {
        try (Tape tape = run.tape()) {
            Tensor student = tape.watch(run.tensor("in.student", Networks.CHANNELS_LAST));
            PgdLoss.Classes losses = PgdLoss.classes(
                    student,
                    run.tensor("in.teacher", Networks.CHANNELS_LAST),
                    run.tensor("in.mask_fg", Networks.CHANNELS_LAST),
                    run.tensor("in.mask_bg", Networks.CHANNELS_LAST),
                    number(run, "temperature"),
                    run.golden().attrs().required("crossed").booleanValue());
            run.expect("out.foreground", losses.foreground());
            run.expect("out.background", losses.background());
            run.expect("out.attention", losses.attention());
            double level = number(run, "level_weight");
            Tensor loss = losses.foreground()
                    .mul(level * number(run, "alpha"))
                    .add(losses.background().mul(level * number(run, "beta")))
                    .add(losses.attention().mul(number(run, "delta")));
            run.expect("out.loss", loss);
            run.expect("grad.student", tape.gradients(loss).of(student), Networks.CHANNELS_FIRST);
        }
    }

    private static void boxes(GoldenRun run) throws IOException {
        try (Tape tape = run.tape()) {
            Tensor student = tape.watch(run.tensor("in.student", Networks.CHANNELS_LAST));
            PgdLoss.Boxes losses = PgdLoss.boxes(
                    student,
                    run.tensor("in.teacher", Networks.CHANNELS_LAST),
                    run.tensor("in.mask_fg", Networks.CHANNELS_LAST),
                    number(run, "temperature"));
            if (run.golden().has("out.feature")) {
                run.expect("out.feature", losses.feature());
                run.expect("out.attention", losses.attention());
            }
            Tensor loss = losses.feature()
                    .mul(number(run, "gamma"))
                    .add(losses.attention().mul(number(run, "delta")));
            run.expect("out.loss", loss);
            run.expect("grad.student", tape.gradients(loss).of(student), Networks.CHANNELS_FIRST);
        }
    }

    /** One place a cell, all levels joined. */
    private static void weights(GoldenRun run) throws IOException {
        JsonNode attrs = run.golden().attrs();
        if (number(run, "noise") != PgdGaussian.NOISE || number(run, "low_bound") != 0) {
            throw new AssertionError("PGD is built with noise 0.1 and no lower bound of weights, not " + attrs);
        }
        double[] anchors = run.golden().doubles("in.anchors");
        int cells = anchors.length / 4;
        GroundTruth truth = new GroundTruth(
                0, 1, 1, run.golden().doubles("in.gt_boxes"), run.golden().ints("in.gt_classes"));
        int[][] best = PgdQuality.best(
                List.of(run.tensor("in.logits")),
                List.of(run.tensor("in.predicted")),
                List.of(new Places(1, cells, 1, anchors)),
                truth,
                number(run, "alpha"),
                attrs.required("topk").intValue());
        double[] centers = new double[2 * cells];
        for (int i = 0; i < centers.length; i++) {
            int at = 4 * (i / 2) + i % 2;
            centers[i] = (anchors[at] + anchors[at + 2]) / 2;
        }
        double[] uniform = run.golden().doubles("in.uniform");
        double[][] noise = new double[truth.count()][];
        for (int object = 0; object < noise.length; object++) {
            int draws = uniform.length / noise.length;
            noise[object] = Arrays.copyOfRange(uniform, object * draws, (object + 1) * draws);
        }
        run.expect("out.weight", PgdGaussian.weights(centers, truth, best, noise));
        if (run.golden().has("out.background")) {
            run.expect("out.background", PgdGaussian.background(centers, truth));
        }
    }

    private static double number(GoldenRun run, String name) {
        return run.golden().attrs().required(name).doubleValue();
    }
}
