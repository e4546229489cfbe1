package dev.retort.acceptance.golden;

import dev.retort.autograd.Parameter;
import dev.retort.detection.box.GroundTruth;
import dev.retort.detection.model.retinanet.RetinaNet;
import dev.retort.detection.train.TrainingObjective;
import dev.retort.detection.train.TrainingStep;
import dev.retort.distill.icd.DistillationNorm;
import dev.retort.distill.icd.IcdBatch;
import dev.retort.distill.icd.IcdConfig;
import dev.retort.distill.icd.IcdObjective;
import dev.retort.distill.icd.LossForm;
import dev.retort.distill.icd.SlotDraws;
import dev.retort.distill.icd.SlotRule;
import dev.retort.distill.icd.Temperature;
import dev.retort.nn.Module;
import dev.retort.nn.checkpoint.WeightCopy;
import dev.retort.nn.optim.GradientSource;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * The golden case of distillation as a whole: a student and a frozen teacher, RetinaNets both, their losses, the auxiliary
 * task, the distillation loss, two optimizers with clipping and two schedules, step after step with filed random draws. Every number
 * that a solver takes is the case's.
 */
final class TrainingChecks {
    /** The official student decoder, of which only the value third of a projection learns. */
    private static final String STUDENT_DECODER = "distillers.0.attention_module.";

    private static final String VALUE = "student.matt.0.value.";
    /** Largest number of instances of an image, the released code's, where a case names none. */
    private static final int MOST_INSTANCES = 300;

    private final GoldenRun run;
    private final RetinaNet student;
    private final RetinaNet teacher;
    private final IcdObjective objective;
    private final List<Double> losses = new ArrayList<>();
    private final List<Double> rates = new ArrayList<>();
    private final List<Double> totalNorms = new ArrayList<>();

    private TrainingChecks(GoldenRun run, RetinaNet student, RetinaNet teacher, IcdObjective objective) {
        this.run = run;
        this.student = student;
        this.teacher = teacher;
        this.objective = objective;
    }

    static Map<String, GoldenCheck> checks() {
        return Map.of(
                "icd_train_steps",
                golden -> GoldenRun.each(golden, run -> distillation(run, TrainingSolver::ofTheEngine)));
    }

    /** The steps of the case, with the weights moved by a solver. */
    static void distillation(GoldenRun run, TrainingSolver.Maker maker) throws IOException {
        JsonNode attrs = run.golden().attrs();
        try (RetinaNet student =
                        Networks.retinaNet(run, attrs.required("student_depth").intValue(), "student.");
                RetinaNet teacher =
                        Networks.retinaNet(run, attrs.required("teacher_depth").intValue(), "teacher.");
                IcdObjective objective = objective(run)) {
            inherit(teacher.pyramid(), student.pyramid());
            inherit(teacher.head(), student.head());
            teacher.setTraining(false);
            new TrainingChecks(run, student, teacher, objective).train(maker);
        }
    }

    private static void inherit(Module teacher, Module student) {
        List<String> kept = WeightCopy.matching(teacher, student).kept();
        if (!kept.isEmpty()) {
            throw new AssertionError("The student should inherit all of this part, but kept " + kept);
        }
    }

    private static IcdObjective objective(GoldenRun run) throws IOException {
        JsonNode attrs = run.golden().attrs();
        JsonNode distill = attrs.required("distill");
        IcdConfig config = new IcdConfig(
                new IcdConfig.Descriptors(
                        attrs.required("num_classes").intValue(),
                        SlotRule.relative(
                                distill.required("neg_pos_ratio").doubleValue(),
                                distill.path("max_labels").asInt(MOST_INSTANCES)),
                        distill.required("sample_range").doubleValue(),
                        true,
                        true),
                new IcdConfig.Decoder(
                        attrs.required("hidden_dim").intValue(),
                        attrs.required("heads").intValue(),
                        attrs.required("layers").intValue(),
                        true,
                        false),
                IcdConfig.Auxiliary.defaults(),
                new IcdConfig.Distillation(
                        distill.required("weight_value").doubleValue(),
                        LossForm.ofOfficial(distill.required("loss_form").stringValue()),
                        DistillationNorm.ofOfficial(distill.required("norm").stringValue()),
                        Temperature.fixed(distill.required("temperature").doubleValue()),
                        false,
                        distill.required("bypass_distill").intValue()));
        IcdObjective objective = new IcdObjective(
                Networks.context(run), config, attrs.required("fpn_channels").intValue());
        Networks.load(run, objective.teacher(), "distillator.teacher.", ".");
        int channels = config.decoder().channels();
        for (Map.Entry<String, Parameter> entry : objective.parameters().entrySet()) {
            if (entry.getKey().startsWith(VALUE)) {
                Tensor data = entry.getValue().data();
                Tensor joint = run.tensor("param.distillator." + official(entry.getKey()));
                data.backend().assign(data, joint.slice(0, 2 * channels, 3 * channels));
            }
        }
        return objective;
    }

    /** The released code's name of a parameter of the objective; a value projection is a third of what it names. */
    private static String official(String name) {
        return name.startsWith(VALUE)
                ? STUDENT_DECODER + "matt.0.matt.in_proj_" + name.substring(VALUE.length())
                : name;
    }

    private void train(TrainingSolver.Maker maker) throws IOException {
        JsonNode attrs = run.golden().attrs();
        double decay = attrs.required("teacher_solver").required("weight_decay").doubleValue();
        try (TrainingSolver solver = maker.make(attrs, student.parameters(), objective.parameters())) {
            double kept = 1;
            for (int step = 0; run.golden().has("out.student_grad_norms_" + step); step++) {
                rates.addAll(List.of(solver.studentRate(step), solver.icdRate(step)));
                step(step, solver);
                kept *= 1 - solver.icdRate(step) * decay;
            }
            expectTrained(kept);
        }
    }

    private void step(int step, TrainingSolver solver) throws IOException {
        int iterations = run.golden()
                .attrs()
                .required("student_solver")
                .required("max_iter")
                .intValue();
        IcdBatch batch = batch(step);
        TrainingStep.Update update = (gradients, iteration) -> {
            try {
                expectNorms(step, gradients);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            solver.step(step, gradients);
        };
        try (Scope scope = Scope.open();
                TrainingStep computation = new TrainingStep(student, objective.trainableParameters(), 1, update)) {
            Tensor images = Networks.images(run);
            List<Tensor> taught = teacher.features(images);
            TrainingObjective.Terms icd =
                    predictions -> objective.losses(batch, predictions.features(), taught, step, iterations);
            Map<String, Double> values = computation.microBatch(images, batch.images(), List.of(icd), Set.of(), step);
            for (String term :
                    List.of("classification", "box", "identification.0", "localization.0", IcdObjective.DISTILLATION)) {
                losses.add(values.get(term));
            }
        }
    }

    private IcdBatch batch(int step) throws IOException {
        GoldenCase golden = run.golden();
        List<Integer> padded = Networks.integers(golden.attrs().required("padded"));
        JsonNode sizes = golden.attrs().required("image_sizes");
        List<GroundTruth> images = new ArrayList<>();
        List<SlotDraws> draws = new ArrayList<>();
        for (int n = 0; n < sizes.size(); n++) {
            List<Integer> size = Networks.integers(sizes.get(n));
            images.add(new GroundTruth(
                    n,
                    size.get(0),
                    size.get(1),
                    golden.doubles("in.gt_boxes_" + n),
                    golden.ints("in.gt_classes_" + n)));
            String prefix = "in.step" + step + "_sampled_";
            draws.add(new SlotDraws(
                    golden.ints(prefix + "cls_" + n),
                    golden.doubles(prefix + "box_" + n),
                    golden.doubles(prefix + "uniform_" + n)));
        }
        return new IcdBatch(images, draws, padded.get(0), padded.get(1));
    }

    /** Norms before clipping. What is not trained, or not there, has norm 0. */
    private void expectNorms(int step, GradientSource gradients) throws IOException {
        Map<String, Parameter> own = student.parameters();
        run.expect(
                "out.student_grad_norms_" + step,
                names("student_param_names").stream()
                        .mapToDouble(name -> Networks.norm(gradients.of(own.get(name))))
                        .toArray());
        List<String> officialNames = names("distillator_param_names");
        double[] norms = new double[officialNames.size()];
        objective
                .parameters()
                .forEach((name, parameter) ->
                        norms[officialNames.indexOf(official(name))] = Networks.norm(gradients.of(parameter)));
        run.expect("out.distillator_grad_norms_" + step, norms);
        totalNorms.add(Networks.norm(norms));
    }

    /** @param kept what weight decay leaves of a parameter whose gradient is zero */
    private void expectTrained(double kept) throws IOException {
        run.expect("out.losses", array(losses));
        run.expect("out.learning_rates", array(rates));
        run.expect("out.distillator_total_grad_norm", array(totalNorms));
        Map<String, Parameter> own = student.parameters();
        run.expect(
                "out.student_param_norms_after",
                names("student_param_names").stream()
                        .mapToDouble(name -> Networks.norm(own.get(name).data()))
                        .toArray());
        List<Double> norms = new ArrayList<>();
        for (String name : names("distillator_param_names")) {
            norms.add(Networks.norm(officialValues(name, kept)));
        }
        run.expect("out.distillator_param_norms_after", array(norms));
        for (String expected : run.golden().expectedNames()) {
            if (expected.startsWith("out.student_after.")) {
                Tensor data = own.get(expected.substring("out.student_after.".length()))
                        .data();
                run.expect(expected, data, Networks.toFile(data));
            } else if (expected.startsWith("out.distillator_after.")) {
                expectOfficial(expected, kept);
            }
        }
    }

    /** Compares a parameter under its official name; {@code [q]} and {@code [v]} are the first and last third of it. */
    private void expectOfficial(String expected, double kept) throws IOException {
        String name = expected.substring("out.distillator_after.".length());
        int bracket = name.indexOf('[');
        double[] values = officialValues(bracket < 0 ? name : name.substring(0, bracket), kept);
        int third = values.length / 3;
        if (name.endsWith("[q]")) {
            values = Arrays.copyOf(values, third);
        } else if (name.endsWith("[v]")) {
            values = Arrays.copyOfRange(values, 2 * third, 3 * third);
        }
        run.expect(expected, values);
    }

    /**
     * A parameter of the released code after training: ours where we have it, else the one before training. Queries and
     * keys of the student's decoder stand in one tensor with the values there: their gradient is zero, but they decay.
     */
    private double[] officialValues(String name, double kept) throws IOException {
        double[] values = run.golden().doubles("param.distillator." + name);
        for (Map.Entry<String, Parameter> entry : objective.parameters().entrySet()) {
            if (official(entry.getKey()).equals(name)) {
                double[] ours = entry.getValue().data().toDoubles();
                int start = values.length - ours.length;
                for (int i = 0; i < start; i++) {
                    values[i] *= kept;
                }
                System.arraycopy(ours, 0, values, start, ours.length);
            }
        }
        return values;
    }

    private List<String> names(String attribute) {
        return Networks.strings(run.golden().attrs().required(attribute));
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
