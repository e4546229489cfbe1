package dev.retort.acceptance.golden;

import dev.retort.autograd.Tape;
import dev.retort.detection.box.GroundTruth;
import dev.retort.distill.fgd.BoxMapping;
import dev.retort.distill.fgd.FgdAttention;
import dev.retort.distill.fgd.FgdLoss;
import dev.retort.distill.fgd.FgdMasks;
import dev.retort.distill.fgd.FgdModules;
import dev.retort.nn.BuildContext;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Golden cases of FGD: masks, the parts of each level, and the gradients of students, adapters and both sides' contexts. */
final class FgdChecks {
    private static final int[] CHANNELS_LAST = {0, 2, 3, 1};
    private static final int[] CHANNELS_FIRST = {0, 3, 1, 2};

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
            truth.add(new GroundTruth(
                    i, (int) sizes[2 * i], (int) sizes[2 * i + 1], boxes, new int[boxes.length / 4]));
        }
        return truth;
    }

    private void check() throws IOException {
        List<String> levels = Networks.strings(attrs.required("levels"));
        int in = attrs.required("student_channels").intValue();
        int out = attrs.required("teacher_channels").intValue();
        BuildContext context = BuildContext.root(run.backend(), run.dtype(), 1);
        try (FgdModules modules = new FgdModules(context, levels, in, out, true);
                Tape tape = run.tape()) {
            RenamedParameters parameters = new RenamedParameters(run, modules, FgdChecks::name);
            parameters.load();
            tape.watch(modules.trainableParameters());
            Map<String, Tensor> students = new LinkedHashMap<>();
            Tensor loss = null;
            for (String level : levels) {
                Tensor student = tape.watch(run.tensor("in.student_" + level, CHANNELS_LAST));
                students.put(level, student);
                Tensor sum = level(level, student, modules);
                loss = loss == null ? sum : loss.add(sum);
            }
            run.expect("out.loss", loss);
            var gradients = tape.gradients(loss);
            for (Map.Entry<String, Tensor> student : students.entrySet()) {
                run.expect("grad.student_" + student.getKey(), gradients.of(student.getValue()), CHANNELS_FIRST);
            }
            parameters.expect(gradients);
        }
    }

    /** The weighted sum of a level's parts, each compared. */
    private Tensor level(String level, Tensor map, FgdModules modules) throws IOException {
        double temperature = attrs.required("temperature").doubleValue();
        Tensor student = modules.adapted(level, map);
        Tensor teacher = run.tensor("in.teacher_" + level, CHANNELS_LAST);
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
