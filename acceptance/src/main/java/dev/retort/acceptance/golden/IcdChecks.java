package dev.retort.acceptance.golden;

import dev.retort.autograd.Gradients;
import dev.retort.autograd.Tape;
import dev.retort.detection.train.TrainingStep;
import dev.retort.distill.icd.AuxiliaryTask;
import dev.retort.distill.icd.ConditionalWeighting;
import dev.retort.distill.icd.DecoderOutput;
import dev.retort.distill.icd.DistillationLoss;
import dev.retort.distill.icd.DistillationNorm;
import dev.retort.distill.icd.IcdConfig;
import dev.retort.distill.icd.IcdObjective;
import dev.retort.distill.icd.IcdTeacher;
import dev.retort.distill.icd.InstanceDescriptors;
import dev.retort.distill.icd.InstanceTargets;
import dev.retort.distill.icd.LossForm;
import dev.retort.distill.icd.PyramidContext;
import dev.retort.distill.icd.SlotRule;
import dev.retort.distill.icd.StudentProjection;
import dev.retort.distill.icd.Temperature;
import dev.retort.nn.BuildContext;
import dev.retort.nn.MultiheadAttention;
import dev.retort.nn.MultiheadAttention.Attention;
import dev.retort.nn.MultiheadAttention.Extra;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * The golden cases of group {@code icd}. The official layout is sequence first, [S, N, C]: tensors are turned when they
 * come in and before they are compared.
 */
final class IcdChecks {
    private static final int LEVELS = 5;
    private static final int[] SWAP = {1, 0, 2};

    private IcdChecks() {}

    static Map<String, GoldenCheck> checks() {
        return Map.of(
                "mask_out_padding", IcdHostChecks::paddingMask,
                "icd_sample_box", IcdHostChecks::sampleBox,
                "icd_descriptors", IcdHostChecks::descriptors,
                "icd_multi_head_attention", golden -> GoldenRun.each(golden, IcdChecks::attention),
                "icd_mimic_loss", golden -> GoldenRun.each(golden, IcdChecks::mimicLoss),
                "icd_identification_loss", golden -> GoldenRun.each(golden, IcdChecks::identificationLoss),
                "icd_teacher", golden -> GoldenRun.each(golden, IcdChecks::teacher),
                "icd_distill", golden -> GoldenRun.each(golden, IcdChecks::distill));
    }

    private static void attention(GoldenRun run) throws IOException {
        JsonNode attrs = run.golden().attrs();
        int width = attrs.required("embed_dim").intValue();
        int heads = attrs.required("num_heads").intValue();
        try (Tape tape = run.tape();
                MultiheadAttention attention = new MultiheadAttention(context(run), width, heads)) {
            loadFlat(run, attention);
            tape.watch(attention.parameters().values());
            Tensor query = tape.watch(run.tensor("in.query", SWAP));
            Tensor key = tape.watch(run.tensor("in.key", SWAP));
            Tensor value = tape.watch(run.tensor("in.value", SWAP));
            List<Tensor> outputs = new ArrayList<>();
            List<Tensor> upstream = new ArrayList<>();
            if (attrs.required("proj_only").booleanValue()) {
                outputs.add(attention.projectValues(value));
                upstream.add(joinHeads(run.tensor("gout.values")));
                run.expect("out.values", splitHeads(outputs.get(0), heads), 1, 0, 2, 3);
            } else {
                Tensor padding = run.golden().has("in.key_padding_mask") ? flags(run, "in.key_padding_mask") : null;
                Attention attended = padding == null
                        ? attention.attend(query, key, value, EnumSet.of(Extra.LOGITS, Extra.VALUES))
                        : attention.attend(query, key, value, padding, EnumSet.of(Extra.LOGITS, Extra.VALUES));
                run.expect("out.y", attended.output(), SWAP);
                run.expect("out.logits", attended.logits());
                run.expect("out.values", splitHeads(attended.values(), heads), 1, 0, 2, 3);
                outputs.addAll(List.of(attended.output(), attended.logits(), attended.values()));
                upstream.addAll(List.of(
                        run.tensor("gout.y", SWAP), run.tensor("gout.logits"), joinHeads(run.tensor("gout.values"))));
            }
            Gradients gradients = tape.gradients(outputs, upstream, false);
            expectGradient(run, "grad.query", gradients.of(query), SWAP);
            expectGradient(run, "grad.key", gradients.of(key), SWAP);
            expectGradient(run, "grad.value", gradients.of(value), SWAP);
            for (var entry : attention.parameters().entrySet()) {
                expectGradient(run, "grad." + entry.getKey().replace(".", "__"), gradients.of(entry.getValue()));
            }
        }
    }

    private static void mimicLoss(GoldenRun run) throws IOException {
        LossForm form =
                LossForm.ofOfficial(run.golden().attrs().required("loss_form").stringValue());
        int heads = run.golden().shape("in.svalue")[2];
        try (Tape tape = run.tape()) {
            Tensor student = tape.watch(joinHeads(run.tensor("in.svalue")));
            Tensor loss = new DistillationLoss(heads, form, DistillationNorm.NONE)
                    .layer(student, joinHeads(run.tensor("in.tvalue")), run.tensor("in.mask"));
            run.expect("out.loss", loss);
            Gradients gradients = tape.gradients(List.of(loss), List.of(run.tensor("gout.loss")), false);
            Tensor gradient = splitHeads(gradients.of(student), heads);
            expectGradient(run, "grad.svalue", gradient.permute(1, 0, 2, 3));
        }
    }

    private static void identificationLoss(GoldenRun run) throws IOException {
        GoldenCase golden = run.golden();
        int[] shape = golden.shape("in.prediction");
        IcdConfig.Auxiliary config = new IcdConfig.Auxiliary(
                golden.attrs().required("confidence_loss_weight").doubleValue(), 1);
        InstanceTargets targets = targets(golden, golden.doubles("in.box_offsets_gt"));
        try (Tape tape = run.tape();
                AuxiliaryTask task = new AuxiliaryTask(context(run), 2, config)) {
            Tensor prediction = tape.watch(run.tensor("in.prediction", SWAP));
            Tensor identification = task.identification(prediction, targets);
            Tensor localization = task.localization(prediction, targets);
            run.expect("out.prop_conf", identification);
            run.expect("out.prop_reg", localization);
            Gradients gradients = tape.gradients(
                    List.of(identification, localization),
                    List.of(run.tensor("gout.prop_conf"), run.tensor("gout.prop_reg")),
                    false);
            if (shape[0] != targets.slots()) {
                throw new AssertionError(
                        golden.name() + ": predictions of " + shape[0] + " slots for " + targets.slots());
            }
            run.expect("grad.prediction", gradients.of(prediction), SWAP);
        }
    }

    private static void teacher(GoldenRun run) throws IOException {
        GoldenCase golden = run.golden();
        JsonNode attrs = golden.attrs();
        IcdConfig.Decoder decoder = new IcdConfig.Decoder(
                attrs.required("hidden_dim").intValue(),
                attrs.required("heads").intValue(),
                attrs.required("layers").intValue(),
                attrs.required("project_pos").booleanValue(),
                attrs.required("pos_on_v").booleanValue());
        IcdConfig config = new IcdConfig(
                new IcdConfig.Descriptors(
                        attrs.required("num_classes").intValue(),
                        SlotRule.relative(),
                        attrs.required("sample_range").doubleValue(),
                        attrs.required("add_scale_indicator").booleanValue(),
                        true),
                decoder,
                new IcdConfig.Auxiliary(attrs.required("confidence_loss_weight").doubleValue(), 1),
                IcdConfig.Distillation.defaults());
        try (Tape tape = run.tape();
                IcdTeacher teacher = new IcdTeacher(context(run), config)) {
            run.load(teacher, "");
            tape.watch(teacher.parameters().values());
            InstanceDescriptors described = IcdHostChecks.describe(golden, true);
            List<Tensor> levels = levels(run);
            PyramidContext pyramid = pyramid(run, decoder.channels(), levels);
            Tensor features = PyramidContext.flatten(levels);
            List<DecoderOutput> layers = teacher.forward(described, features, pyramid, Extra.LOGITS);

            golden.expectExact(
                    "out.ins_mask", IcdHostChecks.bits(described.targets().padding()));
            run.expect(
                    "out.ins_mask_gt", IcdHostChecks.numbers(described.targets().real()));
            golden.expectExact(
                    "out.mask_padding", IcdHostChecks.bits(pyramid.padding().toBooleans()));
            run.expect("out.pos", pyramid.positions(), SWAP);
            run.expect("out.encoded", teacher.encode(described), SWAP);
            for (int i = 0; i < layers.size(); i++) {
                DecoderOutput layer = layers.get(i);
                run.expect("out.keys_pos_" + i, teacher.decoder().keys(i, features, pyramid.positions()), SWAP);
                run.expect("out.logits_" + i, layer.logits());
                run.expect("out.value_" + i, splitHeads(layer.values(), decoder.heads()), 1, 0, 2, 3);
                run.expect("out.decoded_" + i, layer.queries(), SWAP);
                run.expect("out.prediction_" + i, teacher.auxiliary().predict(layer.queries()), SWAP);
            }
            Map<String, Tensor> losses = teacher.losses(layers, described.targets());
            for (int i = 0; i < layers.size(); i++) {
                run.expect("out.loss.tea." + i + ".prop_conf", losses.get("identification." + i));
                run.expect("out.loss.tea." + i + ".prop_reg", losses.get("localization." + i));
            }
            Tensor total = TrainingStep.total(losses);
            run.expect("out.loss_total", total);
            run.expectGradients(teacher, tape.gradients(total), "");
        }
    }

    private static void distill(GoldenRun run) throws IOException {
        GoldenCase golden = run.golden();
        JsonNode attrs = golden.attrs();
        IcdConfig config = distillConfig(attrs, golden.has("out.loss_dict.temp.value"));
        int heads = config.decoder().heads();
        Temperature temperature = config.distillation().temperature();
        double value = temperature.at(
                attrs.path("iteration").asLong(0), attrs.path("max_iter").asLong(1));
        InstanceTargets targets = targets(golden, new double[4 * golden.longs("in.ins_mask").length]);
        int channels = config.decoder().channels();
        try (Tape tape = run.tape();
                IcdObjective objective = new IcdObjective(context(run), config, channels)) {
            loadStudent(run, objective.projection(), config.decoder());
            tape.watch(objective.projection().parameters().values());
            List<Tensor> leaves = new ArrayList<>();
            for (Tensor level : levels(run)) {
                leaves.add(tape.watch(level));
            }
            boolean learns = attrs.required("distill_flag").intValue() == 1;
            List<Tensor> read =
                    learns ? leaves : leaves.stream().map(Tensor::detach).toList();
            PyramidContext pyramid = pyramid(run, channels, read);
            List<Tensor> projected = objective.projection().forward(PyramidContext.flatten(read), pyramid);
            List<DecoderOutput> layers = new ArrayList<>();
            for (int i = 0; i < projected.size(); i++) {
                DecoderOutput layer = new DecoderOutput(
                        null, run.tensor("in.logits_" + i), null, joinHeads(run.tensor("in.value_" + i)));
                layers.add(layer);
                run.expect(
                        "out.value_mask_" + i,
                        ConditionalWeighting.weights(
                                layer, targets, config.distillation().negatives(), value));
                if (golden.has("out.svalue_" + i)) {
                    run.expect("out.svalue_" + i, splitHeads(projected.get(i), heads), 1, 0, 2, 3);
                }
            }
            if (golden.has("out.loss_dict.temp.value")) {
                run.expect("out.loss_dict.temp.value", new double[] {value});
            }
            Tensor loss = objective.distil(projected, layers, targets, value);
            run.expect("out.loss", loss);
            Gradients gradients = tape.gradients(loss);
            for (int i = 0; i < LEVELS; i++) {
                expectGradient(run, "grad.feat_p" + (i + 3), gradients.of(leaves.get(i)), 0, 3, 1, 2);
            }
            expectStudentGradients(run, objective.projection(), gradients, config.decoder());
        }
    }

    private static IcdConfig distillConfig(JsonNode attrs, boolean learnable) {
        Temperature temperature =
                Temperature.fixed(attrs.required("temperature").doubleValue());
        if (learnable) {
            temperature = Temperature.learnable();
        } else if (attrs.has("temp_decay")) {
            temperature = Temperature.linear(
                    attrs.required("temp_value_start").doubleValue(),
                    attrs.required("temp_decay_to").doubleValue());
        }
        return new IcdConfig(
                IcdConfig.Descriptors.defaults(1),
                new IcdConfig.Decoder(
                        attrs.required("hidden_dim").intValue(),
                        attrs.required("heads").intValue(),
                        attrs.required("layers").intValue(),
                        true,
                        attrs.required("pos_on_v").booleanValue()),
                IcdConfig.Auxiliary.defaults(),
                new IcdConfig.Distillation(
                        attrs.required("weight_value").doubleValue(),
                        LossForm.ofOfficial(attrs.required("loss_form").stringValue()),
                        DistillationNorm.ofOfficial(
                                attrs.required("distill_norm").stringValue()),
                        temperature,
                        attrs.required("distill_negative").booleanValue(),
                        0));
    }

    /** Takes the value third of each layer's joint projection, and the position projector where there is one. */
    private static void loadStudent(GoldenRun run, StudentProjection projection, IcdConfig.Decoder config)
            throws IOException {
        int channels = config.channels();
        for (var entry : projection.parameters().entrySet()) {
            Tensor given = run.tensor("param." + officialName(entry.getKey(), config));
            Tensor data = entry.getValue().data();
            boolean joint = given.dim(0) == 3 * channels;
            data.backend().assign(data, joint ? given.slice(0, 2 * channels, 3 * channels) : given);
        }
    }

    private static void expectStudentGradients(
            GoldenRun run, StudentProjection projection, Gradients gradients, IcdConfig.Decoder config)
            throws IOException {
        for (var entry : projection.parameters().entrySet()) {
            String name = "grad." + officialName(entry.getKey(), config);
            Tensor gradient = gradients.of(entry.getValue());
            int[] before = new int[gradient.shape().rank()];
            before[0] = run.golden().shape(name)[0] - gradient.dim(0);
            // Queries and keys of the student's decoder get no gradient.
            expectGradient(run, name, run.backend().pad(gradient, before, new int[before.length], 0));
        }
    }

    /** For example matt.0.value.weight to attention_module.matt.0.matt.in_proj_weight. */
    private static String officialName(String name, IcdConfig.Decoder config) {
        String layered = config.layers() == 0 ? name.replace("matt.0.", "") : name;
        return "attention_module." + layered.replace("value.", "matt.in_proj_");
    }

    private static BuildContext context(GoldenRun run) {
        return BuildContext.root(run.backend(), run.dtype(), 1);
    }

    private static List<Tensor> levels(GoldenRun run) throws IOException {
        List<Tensor> levels = new ArrayList<>();
        for (int i = 0; i < LEVELS; i++) {
            levels.add(run.tensor("in.feat_p" + (i + 3), 0, 2, 3, 1));
        }
        return levels;
    }

    private static PyramidContext pyramid(GoldenRun run, int channels, List<Tensor> levels) throws IOException {
        JsonNode padded = run.golden().attrs().required("padded");
        return PyramidContext.of(
                run.backend(),
                run.dtype(),
                channels,
                IcdHostChecks.sizes(run.golden()),
                padded.get(0).intValue(),
                padded.get(1).intValue(),
                levels);
    }

    private static InstanceTargets targets(GoldenCase golden, double[] offsets) throws IOException {
        int[] shape = golden.shape("in.ins_mask");
        boolean[] padding = new boolean[shape[0] * shape[1]];
        boolean[] real = new boolean[padding.length];
        long[] mask = golden.longs("in.ins_mask");
        double[] label = golden.doubles("in.ins_mask_gt");
        for (int i = 0; i < padding.length; i++) {
            padding[i] = mask[i] != 0;
            real[i] = label[i] > 0;
        }
        return new InstanceTargets(shape[0], shape[1], padding, real, offsets);
    }

    private static void loadFlat(GoldenRun run, MultiheadAttention attention) throws IOException {
        for (var entry : attention.parameters().entrySet()) {
            Tensor data = entry.getValue().data();
            data.backend().assign(data, run.tensor("param." + entry.getKey().replace(".", "__")));
        }
    }

    private static Tensor flags(GoldenRun run, String name) throws IOException {
        long[] flags = run.golden().longs(name);
        boolean[] values = new boolean[flags.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = flags[i] != 0;
        }
        return run.backend().tensor(values, run.golden().shape(name));
    }

    /** [S, N, h, d] as [N, S, C]. */
    private static Tensor joinHeads(Tensor values) {
        return values.permute(1, 0, 2, 3).reshape(values.dim(1), values.dim(0), -1);
    }

    /** [N, S, C] as [N, S, h, d]. */
    private static Tensor splitHeads(Tensor values, int heads) {
        return values.reshape(values.dim(0), values.dim(1), heads, -1);
    }

    /**
     * Compares a gradient; null is 0: what the scalar does not depend on. The root form of a batch without instances
     * has NaN gradients in the official code and exact zeros here: such a 0 stands for NaN.
     */
    private static void expectGradient(GoldenRun run, String name, Tensor gradient, int... axes) throws IOException {
        double[] expected = run.golden().doubles(name);
        if (gradient == null) {
            run.expect(name, new double[expected.length]);
        } else if (Arrays.stream(expected).noneMatch(Double::isNaN)) {
            run.expect(name, gradient, axes);
        } else {
            double[] actual = (axes.length == 0 ? gradient : gradient.permute(axes)).toDoubles();
            for (int i = 0; i < expected.length; i++) {
                if (Double.isNaN(expected[i]) && actual[i] == 0) {
                    actual[i] = Double.NaN;
                }
            }
            run.expect(name, actual);
        }
    }
}
