package dev.retort.acceptance.golden;

import dev.retort.autograd.Tape;
import dev.retort.detection.box.GroundTruth;
import dev.retort.distill.fgd.BoxMapping;
import dev.retort.distill.fgd.FgdAttention;
import dev.retort.distill.fgd.FgdLoss;
import dev.retort.distill.fgd.FgdMasks;
import dev.retort.distill.fgd.FgdModules;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** Golden cases of FGD: masks, the parts of each level, and the gradients of students, adapters and both sides' contexts. */
final class FgdChecks {

    private final GoldenRun run;
    private final JsonNode attrs;
    private final List<GroundTruth> truth;

    private FgdChecks(GoldenRun run) throws IOException {
        this.run = run;
        attrs = run.golden().attrs();
        truth = truth(run.golden());
    }

    static void check(GoldenRun run) throws IOException {
        new FgdChecks(run).check();
    }

    private static List<GroundTruth> truth(GoldenCase golden) throws IOException {
        double[] sizes = golden.doubles("in.image_sizes");
        List<GroundTruth> truth = new ArrayList<>();
        for (int i = 0; 2 * i < sizes.length; i++) {
            double[] boxes = golden.doubles("in.gt_boxes_" + i);
            truth.add(new GroundTruth(i, (int) sizes[2 * i], (int) sizes[2 * i + 1], boxes, new int[boxes.length / 4]));
        }
        return truth;
    }

    private void check() throws IOException {
        List<String> levels = Networks.strings(attrs.required("levels"));
        int in = attrs.required("student_channels").intValue();
        int out = attrs.required("teacher_channels").intValue();
        try (FgdModules modules = new FgdModules(Networks.context(run), levels, in, out, true);
                Tape tape = run.tape()) {
            RenamedParameters parameters = new RenamedParameters(run, modules, FgdChecks::name);
            parameters.load();
            tape.watch(modules.trainableParameters());
            PyramidMaps maps = new PyramidMaps(run, tape);
            Tensor loss = null;
            for (int i = 0; i < levels.size(); i++) {
                Tensor sum = level(levels.get(i), maps.students.get(i), maps.teachers.get(i), modules);
                loss = loss == null ? sum : loss.add(sum);
            }
            parameters.expect(maps.expect(tape, loss));
        }
    }

    /** The weighted sum of a level's parts, each compared. */
    private Tensor level(String level, Tensor map, Tensor teacher, FgdModules modules) throws IOException {
        double temperature = attrs.required("temperature").doubleValue();
        Tensor student = modules.adapted(level, map);
        FgdMasks masks = FgdMasks.of(
                truth,
                attrs.required("padded").get(0).intValue(),
                attrs.required("padded").get(1).intValue(),
                teacher.dim(1),
                teacher.dim(2),
                BoxMapping.valueOf(attrs.required("box_mapping").stringValue().toUpperCase(Locale.ROOT)));
        FgdAttention attention = FgdAttention.of(teacher, temperature);
        Tensor gaps = FgdLoss.gaps(student, teacher, attention);
        Tensor foreground = masks.foreground(teacher);
        Tensor background = masks.background(teacher);
        run.expect("out.mask_fg_" + level, foreground.squeeze(3));
        run.expect("out.mask_bg_" + level, background.squeeze(3));
        return part("foreground_" + level, "alpha", FgdLoss.focal(gaps, foreground))
                .add(part("background_" + level, "beta", FgdLoss.focal(gaps, background)))
                .add(part(
                        "attention_" + level,
                        "gamma",
                        FgdLoss.attention(FgdAttention.of(student, temperature), attention)))
                .add(part("relation_" + level, "lambda", modules.contexts().relation(level, student, teacher)));
    }

    private Tensor part(String name, String weight, Tensor loss) throws IOException {
        run.expect("out." + name, loss);
        return loss.mul(attrs.required(weight).doubleValue());
    }

    /** {@code context.student.p3.inner.weight} is {@code p3.channel_add_conv_s.0.weight} there. */
    private static String name(String own) {
        return own.replaceFirst("^adapter\\.(\\w+)", "$1.align")
                .replaceFirst("^context\\.(\\w)\\w+\\.(\\w+)\\.key", "$2.conv_mask_$1")
                .replaceFirst("^context\\.(\\w)\\w+\\.(\\w+)", "$2.channel_add_conv_$1")
                .replace(".inner.", ".0.")
                .replace(".norm.", ".1.")
                .replace(".outer.", ".3.");
    }
}
