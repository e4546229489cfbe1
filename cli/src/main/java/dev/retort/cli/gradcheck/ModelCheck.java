package dev.retort.cli.gradcheck;

import dev.retort.autograd.GradientCheck.Report;
import dev.retort.autograd.GradientCheck.Worst;
import dev.retort.autograd.Gradients;
import dev.retort.autograd.Parameter;
import dev.retort.autograd.ParameterCheck;
import dev.retort.autograd.Tape;
import dev.retort.detection.box.AnchorLabeler;
import dev.retort.detection.box.GroundTruth;
import dev.retort.detection.box.Matcher;
import dev.retort.detection.model.DetectionModel;
import dev.retort.detection.model.Predictions;
import dev.retort.detection.model.retinanet.RetinaNet;
import dev.retort.detection.model.retinanet.RetinaNetLoss;
import dev.retort.detection.model.retinanet.RetinaNetPredictions;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.train.TrainingStep;
import dev.retort.distill.icd.DistillationNorm;
import dev.retort.distill.icd.IcdBatch;
import dev.retort.distill.icd.IcdConfig;
import dev.retort.distill.icd.IcdObjective;
import dev.retort.distill.icd.InstancePrior;
import dev.retort.distill.icd.InstanceSampler;
import dev.retort.distill.icd.LossForm;
import dev.retort.distill.icd.SlotRule;
import dev.retort.distill.icd.Temperature;
import dev.retort.distill.pkd.PkdLoss;
import dev.retort.nn.BuildContext;
import dev.retort.nn.Norm;
import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.testkit.gradients.GradientMatrix;
import dev.retort.testkit.gradients.GradientMatrix.Cell;
import dev.retort.testkit.gradients.GradientMatrix.Detail;
import dev.retort.testkit.gradients.GradientMatrix.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Checks the gradients of a whole training step of ICD (arXiv 2110.12724) in float64 against central differences, one group of
 * parameters at a time: the teacher's by its detector losses; the student's and its projection's by the sum of detector,
 * auxiliary and distillation losses; encoder's and decoder's by the auxiliary losses. An FCOS is checked by the sum of its losses
 * and those of PKD. The losses of every other method are checked by themselves, see {@link MethodLosses}. The networks are RetinaNets and an FCOS on ResNet-18 with a few channels, the batch is two images of 64x64.
 *
 * <p>The method detaches the decoder's attention weights and values in the distillation loss, which differences cannot know.
 * Encoder and decoder are therefore checked by the auxiliary losses alone, and one more cell counts their parameters that get a
 * gradient from the distillation loss: none may.
 */
public final class ModelCheck implements AutoCloseable {
    /** The operation that its cells are reported under. */
    public static final String OPERATION = "model";

    private static final String STOP = "decoder: no gradient from the distillation loss";
    /** Height and width of the images. */
    static final int SIZE = 64;

    private static final int IMAGES = 2;
    private static final int CLASSES = SmallDetectors.CLASSES;
    private static final int TEACHER_CHANNELS = 8;
    private static final int STUDENT_CHANNELS = 6;
    /** Two in each group of the head's normalization: one alone would be normalized to 0 on p7, which has one cell. */
    private static final int FCOS_CHANNELS = 64;

    private static final int HEADS = 2;
    private static final double NORMALIZER = 10;
    static final double[][] BOXES = {{4, 6, 40, 44, 20, 30, 61, 58}, {10, 2, 34, 60}};
    /** p3 to p6. */
    private static final int PKD_LEVELS = 4;

    static final int[][] LABELS = {{0, 2}, {1}};

    private final Backend backend;
    private final long seed;
    private final RetinaNet teacher;
    private final RetinaNet student;
    private final DetectionModel fcos;
    private final RetinaNet spread;
    private final IcdObjective objective;
    private final MethodLosses methods;
    private final IcdBatch batch;
    private final double[] pixels;
    /** Feature maps of the teacher, computed once: constants of every loss that the student or the decoder is checked by. */
    private final List<Tensor> teacherLevels;

    /** Feature maps of the student, computed once: constants where only the decoder's parameters are perturbed. */
    private final List<Tensor> studentLevels;

    /** Feature maps of a RetinaNet with as many channels as the FCOS, as PKD wants them. */
    private final List<Tensor> equalLevels;

    /** @param backend computes in float64 */
    public ModelCheck(Backend backend, long seed) {
        this.backend = backend;
        this.seed = seed;
        BuildContext root = BuildContext.root(backend, DType.F64, seed);
        teacher = SmallDetectors.retinaNet(root.at("teacher"), TEACHER_CHANNELS, Norm.FROZEN);
        student = SmallDetectors.retinaNet(root.at("student"), STUDENT_CHANNELS, Norm.BATCH);
        fcos = SmallDetectors.fcos(root.at("fcos"), FCOS_CHANNELS);
        Recipe distributions = SmallDetectors.recipe(seed).with("model.boxes=distribution");
        spread = (RetinaNet) SmallDetectors.of(distributions, root.at("spread"));
        objective = new IcdObjective(root.at("icd"), config(), STUDENT_CHANNELS);
        methods = new MethodLosses(backend, seed);
        List<GroundTruth> images = IntStream.range(0, IMAGES)
                .mapToObj(n -> new GroundTruth(n + 1, SIZE, SIZE, BOXES[n], LABELS[n]))
                .toList();
        InstanceSampler sampler = new InstanceSampler(InstancePrior.uniform(CLASSES), SlotRule.relative(), seed);
        batch = new IcdBatch(
                images, images.stream().map(image -> sampler.draw(image, 0)).toList(), SIZE, SIZE);
        pixels = new SplittableRandom(seed)
                .doubles((long) IMAGES * SIZE * SIZE * 3, -2, 2)
                .toArray();
        teacherLevels = levels(teacher);
        studentLevels = levels(student);
        try (RetinaNet equal = SmallDetectors.retinaNet(root.at("equal"), FCOS_CHANNELS, Norm.FROZEN)) {
            equalLevels = levels(equal);
        }
    }

    private List<Tensor> levels(RetinaNet net) {
        try (Scope scope = Scope.open()) {
            List<Tensor> levels = net.features(images());
            levels.forEach(Scope::release);
            return levels;
        }
    }

    private static IcdConfig config() {
        return new IcdConfig(
                IcdConfig.Descriptors.defaults(CLASSES),
                new IcdConfig.Decoder(TEACHER_CHANNELS, HEADS, 1, true, false),
                IcdConfig.Auxiliary.defaults(),
                new IcdConfig.Distillation(8, LossForm.MSE, DistillationNorm.BOTH, Temperature.fixed(1), false, 0));
    }

    /** The groups' names, in the order in which {@link #run} checks them. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        parts().forEach(part -> names.addAll(part.groups().keySet()));
        names.add(STOP);
        return names;
    }

    private List<CheckedLoss> parts() {
        List<CheckedLoss> parts = new ArrayList<>();
        parts.add(new CheckedLoss(
                CheckedLoss.named("teacher", teacher.parameters(), 3),
                () -> TrainingStep.total(detectorLosses(teacher, new RetinaNetLoss.Box.Giou()))));
        Map<String, Map<String, Parameter>> learning = CheckedLoss.named("student", student.parameters(), 3);
        learning.putAll(CheckedLoss.named("projection", objective.projection().parameters(), 1));
        parts.add(new CheckedLoss(learning, this::step));
        parts.add(new CheckedLoss(CheckedLoss.named("fcos", fcos.parameters(), 3), this::fcosStep));
        Map<String, Parameter> head = spread.head().parameters();
        RetinaNetLoss.Box boxes =
                new RetinaNetLoss.Box.Distribution(spread.options().anchors().strides());
        parts.add(new CheckedLoss(
                CheckedLoss.named("distribution", head, 1), () -> TrainingStep.total(detectorLosses(spread, boxes))));
        parts.add(
                new CheckedLoss(CheckedLoss.named("decoder", objective.teacher().parameters(), 3), this::auxiliary));
        parts.addAll(methods.losses());
        return parts;
    }

    /**
     * Checks the groups whose name is wanted.
     *
     * @return a cell for each: operation {@link #OPERATION}, the group as case
     */
    public List<Cell> run(Predicate<String> group, Consumer<Cell> progress) {
        List<Cell> cells = new ArrayList<>();
        for (CheckedLoss part : parts()) {
            part.groups().forEach((name, parameters) -> {
                if (group.test(name)) {
                    Cell cell = check(name, parameters, part.loss());
                    cells.add(cell);
                    progress.accept(cell);
                }
            });
        }
        if (group.test(STOP)) {
            cells.add(stop());
            progress.accept(cells.get(cells.size() - 1));
        }
        return cells;
    }

    /** The cell of {@link #leaks}: it passes if there are none. */
    private Cell stop() {
        long start = System.nanoTime();
        List<String> leaks = leaks();
        double seconds = (System.nanoTime() - start) / 1e9;
        Detail detail = new Detail(
                leaks.isEmpty() ? "no parameter" : leaks.get(0), 0, leaks.size(), 0, null, String.join(", ", leaks));
        return cell(STOP, leaks.isEmpty(), leaks.size(), 0, seconds, detail);
    }

    private Cell check(String name, Map<String, Parameter> parameters, Supplier<Tensor> loss) {
        long start = System.nanoTime();
        Report report = ParameterCheck.on(backend).seed(seed).check(Map.of(name, parameters), loss);
        Worst worst = report.worst().get(0);
        double seconds = (System.nanoTime() - start) / 1e9;
        Detail detail = new Detail(worst.place(), worst.numeric(), worst.analytic(), worst.error(), null, "");
        double error = Double.isNaN(worst.error()) ? Double.POSITIVE_INFINITY : worst.error();
        return cell(name, report.passed(), error, report.tolerance(), seconds, detail);
    }

    private Cell cell(String name, boolean pass, double error, double bound, double seconds, Detail detail) {
        return new Cell(
                OPERATION,
                name,
                backend.name(),
                GradientMatrix.DIFFERENCES,
                DType.F64,
                pass,
                error,
                bound,
                seconds,
                Kind.BACKWARD,
                detail);
    }

    private Tensor images() {
        return backend.upload(pixels, Shape.of(IMAGES, SIZE, SIZE, 3), DType.F64);
    }

    private Map<String, Tensor> detectorLosses(RetinaNet net, RetinaNetLoss.Box box) {
        return detectorLosses(net, net.forward(images()), box);
    }

    private static Map<String, Tensor> detectorLosses(
            RetinaNet net, RetinaNetPredictions output, RetinaNetLoss.Box box) {
        RetinaNetLoss loss = new RetinaNetLoss(new AnchorLabeler(Matcher.RETINANET, CLASSES), 0.25, 2, box);
        RetinaNetLoss.Targets targets = loss.targets(net.anchors(output.features()), List.of(BOXES), List.of(LABELS));
        RetinaNetLoss.Losses losses = loss.losses(output.logits(), output.encodedBoxes(), targets, NORMALIZER);
        Map<String, Tensor> terms = new LinkedHashMap<>();
        terms.put("classification", losses.classification());
        terms.put("box", losses.box());
        losses.distribution().ifPresent(term -> terms.put("distribution", term));
        return terms;
    }

    /** The sum that a student's step minimizes: detector, auxiliary and distillation losses. */
    private Tensor step() {
        RetinaNetPredictions output = student.forward(images());
        Map<String, Tensor> terms = detectorLosses(student, output, new RetinaNetLoss.Box.SmoothL1(0));
        terms.putAll(icdLosses(output.features()));
        return TrainingStep.total(terms);
    }

    /** The sum of an FCOS' own losses and those of PKD (arXiv 2207.02039) from a RetinaNet. */
    private Tensor fcosStep() {
        Predictions output = fcos.forward(images());
        Map<String, Tensor> terms = new LinkedHashMap<>(output.losses(batch.images()));
        for (int level = 0; level < PKD_LEVELS; level++) {
            terms.put("pkd." + level, PkdLoss.distance(output.features().get(level), equalLevels.get(level)));
        }
        return TrainingStep.total(terms);
    }

    private Map<String, Tensor> icdLosses(List<Tensor> levels) {
        return objective.losses(batch, levels, teacherLevels, 0, 1);
    }

    private Tensor auxiliary() {
        Map<String, Tensor> terms = new LinkedHashMap<>(icdLosses(studentLevels));
        terms.remove(IcdObjective.DISTILLATION);
        return TrainingStep.total(terms);
    }

    /** Names of the decoder's parameters with a gradient of the distillation loss; empty if it is detached everywhere. */
    private List<String> leaks() {
        try (Scope scope = Scope.open();
                Tape tape = Tape.on(backend)) {
            Map<String, Parameter> decoder = objective.teacher().parameters();
            tape.watch(decoder.values());
            tape.watch(objective.projection().parameters().values());
            Tensor distillation = icdLosses(studentLevels).get(IcdObjective.DISTILLATION);
            Gradients gradients = tape.gradients(distillation);
            return decoder.entrySet().stream()
                    .filter(entry -> gradients.of(entry.getValue()) != null)
                    .map(Map.Entry::getKey)
                    .toList();
        }
    }

    @Override
    public void close() {
        teacherLevels.forEach(Tensor::close);
        studentLevels.forEach(Tensor::close);
        equalLevels.forEach(Tensor::close);
        methods.close();
        objective.close();
        spread.close();
        fcos.close();
        student.close();
        teacher.close();
    }
}
