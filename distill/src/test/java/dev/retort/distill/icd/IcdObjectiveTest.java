package dev.retort.distill.icd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.autograd.Gradients;
import dev.retort.autograd.Parameter;
import dev.retort.autograd.Tape;
import dev.retort.detection.box.GroundTruth;
import dev.retort.detection.train.TrainingStep;
import dev.retort.nn.BuildContext;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A student of width 6 beside a teacher of width 8, two levels of a 32x48 batch. */
class IcdObjectiveTest {
    private static final int TEACHER = 8;
    private static final int STUDENT = 6;
    private static final long RUN = 100;

    private final Backend backend = Backends.create("reference");

    @AfterEach
    void close() {
        backend.close();
    }

    private static IcdConfig config(double weight, int layers, boolean positionsOnValues) {
        return new IcdConfig(
                IcdConfig.Descriptors.defaults(3),
                new IcdConfig.Decoder(TEACHER, 2, layers, true, positionsOnValues),
                IcdConfig.Auxiliary.defaults(),
                new IcdConfig.Distillation(
                        weight, LossForm.MSE, DistillationNorm.BOTH, Temperature.fixed(1), false, 10));
    }

    private IcdObjective objective(IcdConfig config) {
        return new IcdObjective(BuildContext.root(backend, DType.F64, 3), config, STUDENT);
    }

    private List<Tensor> pyramid(int width, double seed) {
        List<Tensor> levels = new ArrayList<>();
        for (int[] size : new int[][] {{4, 6}, {2, 3}}) {
            double[] values = new double[2 * size[0] * size[1] * width];
            for (int i = 0; i < values.length; i++) {
                values[i] = Math.sin(seed + i * 0.7) + Math.cos(seed * i);
            }
            levels.add(backend.tensor(values, Shape.of(2, size[0], size[1], width), DType.F64));
        }
        return levels;
    }

    /** Two images; the first with two instances or none, the second without. */
    private static IcdBatch batch(boolean instances) {
        GroundTruth first = instances
                ? new GroundTruth(1, 30, 48, new double[] {2, 3, 20, 25, 10, 1, 40, 29}, new int[] {0, 2})
                : new GroundTruth(1, 30, 48, new double[0], new int[0]);
        GroundTruth second = new GroundTruth(2, 32, 40, new double[0], new int[0]);
        InstanceSampler sampler = new InstanceSampler(InstancePrior.uniform(3), SlotRule.relative(), 9);
        return new IcdBatch(List.of(first, second), List.of(sampler.draw(first, 0), sampler.draw(second, 0)), 32, 48);
    }

    /** Terms and gradients of one step. */
    private record Step(Map<String, Double> terms, List<Tensor> student, List<Tensor> teacher, Gradients gradients) {}

    private Step step(Tape tape, IcdObjective objective, boolean instances, long iteration) {
        tape.watch(objective.trainableParameters());
        List<Tensor> student = pyramid(STUDENT, 1).stream().map(tape::watch).toList();
        List<Tensor> teacher = pyramid(TEACHER, 2).stream().map(tape::watch).toList();
        Map<String, Tensor> terms = objective.losses(batch(instances), student, teacher, iteration, RUN);
        Map<String, Double> values = new LinkedHashMap<>();
        terms.forEach((name, term) -> values.put(name, term.item()));
        return new Step(values, student, teacher, tape.gradients(TrainingStep.total(terms)));
    }

    @Test
    void trainsStudentAndDecoderButNotTheTeachersDetector() {
        try (IcdObjective objective = objective(config(8, 1, false));
                Tape tape = Tape.on(backend)) {
            Step step = step(tape, objective, true, 10);
            assertThat(step.terms.keySet()).containsExactly("identification.0", "localization.0", "distillation");
            assertThat(step.terms.values()).allMatch(value -> value > 0 && Double.isFinite(value));
            for (Tensor level : step.student) {
                assertThat(norm(step.gradients.of(level))).isPositive();
            }
            assertThat(step.teacher).allMatch(level -> step.gradients.of(level) == null);
            for (Map.Entry<String, Parameter> entry : objective.parameters().entrySet()) {
                assertThat(step.gradients.of(entry.getValue()))
                        .as(entry.getKey())
                        .isNotNull();
            }
        }
    }

    @Test
    void beforeTheStartIterationOnlyTheProjectionListens() {
        try (IcdObjective objective = objective(config(8, 1, false));
                Tape tape = Tape.on(backend)) {
            Step step = step(tape, objective, true, 9);
            assertThat(step.student).allMatch(level -> step.gradients.of(level) == null);
            assertThat(objective.projection().parameters().values())
                    .allMatch(parameter -> norm(step.gradients.of(parameter)) > 0);
        }
    }

    @Test
    void weightZeroNeverTouchesTheStudent() {
        try (IcdObjective objective = objective(config(0, 1, false));
                Tape tape = Tape.on(backend)) {
            Step step = step(tape, objective, true, 50);
            assertThat(step.terms.keySet()).containsExactly("identification.0", "localization.0");
            assertThat(step.student).allMatch(level -> step.gradients.of(level) == null);
            assertThat(objective.projection().parameters().values())
                    .allMatch(parameter -> step.gradients.of(parameter) == null);
        }
    }

    @Test
    void batchWithoutInstancesTrainsIdentificationAlone() {
        try (IcdObjective objective = objective(config(8, 1, false));
                Tape tape = Tape.on(backend)) {
            Step step = step(tape, objective, false, 50);
            assertThat(step.terms).containsEntry("localization.0", 0.0).containsEntry("distillation", 0.0);
            assertThat(step.terms.get("identification.0")).isPositive();
            for (Tensor level : step.student) {
                assertThat(norm(step.gradients.of(level))).isZero();
            }
            for (Parameter parameter : objective.trainableParameters()) {
                assertThat(norm(step.gradients.of(parameter))).isFinite();
            }
        }
    }

    @Test
    void distillationWeightIsAFactorAndCascadesHaveTermsALayer() {
        double[] terms = new double[2];
        for (int i = 0; i < 2; i++) {
            try (IcdObjective objective = objective(config(i + 1, 2, true));
                    Tape tape = Tape.on(backend)) {
                Step step = step(tape, objective, true, 50);
                assertThat(step.terms.keySet())
                        .containsExactly(
                                "identification.0",
                                "localization.0",
                                "identification.1",
                                "localization.1",
                                "distillation");
                terms[i] = step.terms.get("distillation");
            }
        }
        assertThat(terms[1]).isCloseTo(2 * terms[0], within(1e-12 * terms[1]));
    }

    @Test
    void auxiliaryLossOfWeightZeroIsLeftOut() {
        IcdConfig config = new IcdConfig(
                IcdConfig.Descriptors.defaults(3),
                new IcdConfig.Decoder(TEACHER, 2, 0, false, false),
                new IcdConfig.Auxiliary(0, 1),
                IcdConfig.Distillation.defaults());
        try (IcdObjective objective = objective(config);
                Tape tape = Tape.on(backend)) {
            assertThat(step(tape, objective, true, 0).terms.keySet()).containsExactly("localization.0", "distillation");
        }
    }

    /** Pre-training to iteration 10, the decoder until 20, the end at 30. */
    @ParameterizedTest
    @CsvSource({
        "9, true, false",
        "10, true, true",
        "19, true, true",
        "20, false, true",
        "29, false, true",
        "30, false, false"
    })
    void phasesSayWhichTermsThereAre(long iteration, boolean auxiliary, boolean distillation) {
        IcdConfig base = config(8, 1, false);
        IcdConfig config = new IcdConfig(
                base.descriptors(),
                base.decoder(),
                base.auxiliary(),
                base.distillation(),
                new IcdConfig.Phases(10, 20, 30));
        List<String> expected = new ArrayList<>();
        if (auxiliary) {
            expected.addAll(List.of("identification.0", "localization.0"));
        }
        if (distillation) {
            expected.add("distillation");
        }
        try (IcdObjective objective = objective(config);
                Scope scope = Scope.open()) {
            assertThat(objective
                            .losses(batch(true), pyramid(STUDENT, 1), pyramid(TEACHER, 2), iteration, RUN)
                            .keySet())
                    .containsExactlyElementsOf(expected);
        }
    }

    @Test
    void aDecoderWithoutItsTaskGetsNoGradient() {
        IcdConfig base = config(8, 1, false);
        IcdConfig config =
                new IcdConfig(base.descriptors(), base.decoder(), new IcdConfig.Auxiliary(0, 0), base.distillation());
        try (IcdObjective objective = objective(config);
                Tape tape = Tape.on(backend)) {
            Step step = step(tape, objective, true, 50);
            assertThat(step.terms.keySet()).containsExactly("distillation");
            assertThat(objective.teacher().parameters().values())
                    .allMatch(parameter -> step.gradients.of(parameter) == null);
        }
    }

    @Test
    void aStepLeavesNoMemoryBehind() {
        long before = backend.memory().liveBytes();
        for (Temperature temperature : List.of(Temperature.fixed(1), Temperature.fixed(2))) {
            IcdConfig base = config(8, 2, true);
            IcdConfig config = new IcdConfig(
                    base.descriptors(),
                    base.decoder(),
                    base.auxiliary(),
                    new IcdConfig.Distillation(8, LossForm.ROOT_L2, DistillationNorm.BOTH, temperature, true, 10));
            try (IcdObjective objective = objective(config)) {
                for (int iteration = 9; iteration < 11; iteration++) {
                    try (Tape tape = Tape.on(backend)) {
                        step(tape, objective, true, iteration);
                    }
                }
            }
        }
        assertThat(backend.memory().liveBytes()).isEqualTo(before);
    }

    @Test
    void refusesPyramidsThatDoNotMatch() {
        try (IcdObjective objective = objective(config(8, 1, false));
                Scope scope = Scope.open()) {
            List<Tensor> student = pyramid(STUDENT, 1);
            List<Tensor> teacher = pyramid(TEACHER, 2);
            assertThatThrownBy(() -> objective.losses(batch(true), student, teacher.subList(0, 1), 0, RUN))
                    .hasMessageContaining("student has 2");
            assertThatThrownBy(() ->
                            objective.losses(batch(true), List.of(student.get(1), student.get(0)), teacher, 0, RUN))
                    .hasMessageContaining("Level 0");
            assertThatThrownBy(() -> objective.losses(batch(true), teacher, student, 0, RUN))
                    .hasMessageContaining("teacher's pyramid has width 6");
            assertThatThrownBy(() -> objective.losses(batch(true), teacher, teacher, 0, RUN))
                    .hasMessageContaining("[N, S, 6]");
        }
    }

    @Test
    void refusesSettingsThatCannotBe() {
        assertThatThrownBy(() -> new IcdConfig.Decoder(10, 4, 1, true, false))
                .hasMessageContaining("10 channels, 4 heads");
        assertThatThrownBy(() -> new IcdConfig.Descriptors(0, SlotRule.relative(), 0.3, true, false))
                .hasMessageContaining("at least 1 class");
        assertThatThrownBy(() -> new IcdConfig.Auxiliary(-1, 1)).hasMessageContaining("-1.0");
        assertThatThrownBy(() -> config(Double.NaN, 1, false)).hasMessageContaining("NaN");
        IcdConfig config = new IcdConfig(
                IcdConfig.Descriptors.defaults(3),
                new IcdConfig.Decoder(TEACHER, 2, 1, false, true),
                IcdConfig.Auxiliary.defaults(),
                IcdConfig.Distillation.defaults());
        assertThatThrownBy(() -> objective(config)).hasMessageContaining("switch the projection of positions on");
    }

    private static double norm(Tensor gradient) {
        return Math.sqrt(Arrays.stream(gradient.toDoubles()).map(x -> x * x).sum());
    }
}
