package dev.retort.detection.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.detection.Detector;
import dev.retort.detection.Evaluation;
import dev.retort.detection.TinyDetectors;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.DataException;
import dev.retort.detection.data.ShapesGenerator;
import dev.retort.detection.eval.CocoMetric;
import dev.retort.detection.recipe.Recipe;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.io.SafeTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Evaluation while training, the best model, the average of the weights: when they come, and that a stopped run gives the same. */
class EvaluatedTrainingTest {
    private static final int STEPS = 6;

    @TempDir
    private Path folder;

    private final Backend backend = Backends.create("auto");
    private CocoDataset train;
    private CocoDataset test;

    @BeforeEach
    void generate() {
        Path shapes = folder.resolve("shapes");
        ShapesGenerator.generate(ShapesGenerator.Settings.standard(4, 1, 3, 3), shapes);
        train = CocoDataset.open(shapes, "train");
        test = CocoDataset.open(shapes, "test");
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(backend.memory().liveBytes()).isZero();
        backend.close();
    }

    private static Recipe recipe(String... more) {
        return TinyDetectors.recipe("training.iterations=" + STEPS, "training.evaluateEvery=2")
                .with(more);
    }

    /** What a run told: {@code step 0}, ..., and {@code evaluation after 2, best}. */
    private static final class Told implements RunListener {
        private final List<String> events = new ArrayList<>();
        private final List<Double> aps = new ArrayList<>();

        @Override
        public void step(StepReport report) {
            events.add("step " + report.iteration());
        }

        @Override
        public void evaluated(long iteration, Evaluation evaluation, boolean best) {
            events.add("evaluation after " + iteration + (best ? ", best" : ""));
            aps.add(evaluation.metrics().value(CocoMetric.AP));
        }
    }

    private boolean run(Recipe recipe, Path out, boolean resume, BooleanSupplier stop, RunListener listener)
            throws IOException {
        Files.createDirectories(out);
        try (Detector student = Detector.create(recipe, train.categories(), backend);
                Trainer trainer = new Trainer(recipe, train, student, List.of())) {
            TrainingRun run = new TrainingRun(trainer, student, test, out, "go on");
            if (resume) {
                run.resume(false);
            }
            return run.run(recipe.training().checkpointEvery(), stop, listener);
        }
    }

    /** Weights and statistics of a section of a file, by name. */
    private static Map<String, float[]> section(Path file, String section) throws IOException {
        Map<String, float[]> values = new LinkedHashMap<>();
        try (SafeTensors source = SafeTensors.open(file)) {
            for (SafeTensors.Entry entry : source.entries().values()) {
                if (entry.name().startsWith(section + ".")) {
                    values.put(entry.name().substring(section.length() + 1), entry.toFloats());
                }
            }
        }
        assertThat(values).isNotEmpty();
        return values;
    }

    private static void assertSame(Map<String, float[]> expected, Map<String, float[]> actual) {
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        expected.forEach((name, values) -> assertThat(actual.get(name)).as(name).isEqualTo(values));
    }

    @Test
    void everySecondStepIsFollowedByAnEvaluationThatChangesNoWeight() throws IOException {
        Path evaluated = folder.resolve("evaluated");
        Told told = new Told();
        assertThat(run(recipe(), evaluated, false, () -> false, told)).isTrue();
        assertThat(told.events)
                .containsExactly(
                        "step 0",
                        "step 1",
                        "evaluation after 2, best",
                        "step 2",
                        "step 3",
                        "evaluation after 4",
                        "step 4",
                        "step 5",
                        "evaluation after 6");
        Path alone = folder.resolve("alone");
        run(recipe("training.evaluateEvery=0"), alone, false, () -> false, new Told());
        assertSame(
                section(alone.resolve(TrainingRun.MODEL), Detector.SECTION),
                section(evaluated.resolve(TrainingRun.MODEL), Detector.SECTION));
        assertThat(alone.resolve(TrainingRun.BEST_MODEL)).doesNotExist();
    }

    /** The listener sees the metrics of the weights that the best model has. */
    @Test
    void theBestModelHasTheWeightsThatWereEvaluated() throws IOException {
        Path out = folder.resolve("run");
        Told told = new Told();
        run(recipe("training.evaluateEvery=2"), out, false, () -> false, told);
        Path early = folder.resolve("early");
        long[] steps = new long[1];
        assertThat(run(recipe(), early, false, () -> steps[0] == 2, new RunListener() {
                    @Override
                    public void step(StepReport report) {
                        steps[0]++;
                    }
                }))
                .isFalse();
        assertSame(
                section(early.resolve(TrainingRun.CHECKPOINT), Detector.SECTION),
                section(out.resolve(TrainingRun.BEST_MODEL), Detector.SECTION));
        try (Detector best = Detector.load(out.resolve(TrainingRun.BEST_MODEL), backend)) {
            assertThat(Evaluation.of(best, test, done -> {}).metrics().value(CocoMetric.AP))
                    .isEqualTo(told.aps.get(0));
        }
    }

    /** With AP 0 throughout, the first evaluation stays the best, and two more are the end. */
    @Test
    void patienceEndsTheRun() throws IOException {
        Path out = folder.resolve("run");
        Told told = new Told();
        Recipe recipe = recipe("training.evaluateEvery=1", "training.patience=2");
        assertThat(run(recipe, out, false, () -> false, told)).isTrue();
        assertThat(told.events).hasSize(6).last().isEqualTo("evaluation after 3");
        assertThat(out.resolve(TrainingRun.MODEL)).isRegularFile();
        Told after = new Told();
        assertThat(run(recipe, out, true, () -> false, after)).isTrue();
        assertThat(after.events).isEmpty();
        run(recipe.with("training.patience=9"), out, true, () -> false, after);
        assertThat(after.events).hasSize(6).startsWith("step 3", "evaluation after 4");
    }

    /** Stopped within step {@code at}, or amid an evaluation, and gone on with: nothing differs from a run that was not. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void aStoppedRunGoesOnWithAverageAndEvaluations(int at) throws IOException {
        Recipe recipe = recipe("training.averageDecay=0.9", "training.evaluateEvery=2");
        Path whole = folder.resolve("whole");
        Told unbroken = new Told();
        run(recipe, whole, false, () -> false, unbroken);
        Path out = folder.resolve("stopped");
        Told told = new Told();
        assertThat(run(recipe, out, false, () -> told.events.contains("step " + (at - 1)), told))
                .isFalse();
        assertThat(told.events).doesNotContain("evaluation after " + at);
        run(recipe, out, true, () -> false, told);
        // An evaluation that was due where the run stopped is made up for.
        assertThat(told.events).isEqualTo(unbroken.events);
        assertThat(told.aps).isEqualTo(unbroken.aps);
        for (String file : List.of(TrainingRun.CHECKPOINT, TrainingRun.MODEL, TrainingRun.BEST_MODEL)) {
            assertThat(Files.readAllBytes(out.resolve(file)))
                    .as(file)
                    .isEqualTo(Files.readAllBytes(whole.resolve(file)));
        }
    }

    /** The wish comes with the first image of the evaluation. */
    @Test
    void anEvaluationThatIsInterruptedIsMadeUpFor() throws IOException {
        Recipe recipe = recipe("training.averageDecay=0.9", "training.iterations=2");
        Path whole = folder.resolve("whole");
        run(recipe, whole, false, () -> false, new Told());
        Path out = folder.resolve("interrupted");
        Told told = new Told();
        int[] asked = new int[1];
        // Asked before the first step, after each of two, then amid the evaluation.
        assertThat(run(recipe, out, false, () -> ++asked[0] > 3, told)).isFalse();
        assertThat(told.events).containsExactly("step 0", "step 1");
        assertThat(out.resolve(TrainingRun.MODEL)).doesNotExist();
        assertThat(run(recipe, out, true, () -> false, told)).isTrue();
        assertThat(told.events).containsExactly("step 0", "step 1", "evaluation after 2, best");
        for (String file : List.of(TrainingRun.MODEL, TrainingRun.BEST_MODEL)) {
            assertThat(Files.readAllBytes(out.resolve(file)))
                    .as(file)
                    .isEqualTo(Files.readAllBytes(whole.resolve(file)));
        }
    }

    @Test
    void anEvaluationThatFailsLeavesTheLastStep() throws IOException {
        Path out = folder.resolve("run");
        Files.delete(test.file(test.images().get(0)));
        assertThatThrownBy(() -> run(recipe(), out, false, () -> false, new Told()))
                .isInstanceOf(RunBrokenOffException.class)
                .hasCauseInstanceOf(DataException.class)
                .hasMessageContaining("is of iteration 2");
        assertThat(out.resolve(TrainingRun.CHECKPOINT)).isRegularFile();
    }

    /** d = 2/11, 1/4 and 4/13 in the first three steps, as {@code averageDecay} is larger. */
    @Test
    void theModelIsTheAverageOfTheWeightsAfterEachStep() throws IOException {
        Recipe recipe = recipe("training.averageDecay=0.99", "training.evaluateEvery=0", "training.iterations=3");
        Map<String, double[]> average = new LinkedHashMap<>();
        try (Detector student = Detector.create(recipe, train.categories(), backend);
                Trainer trainer = new Trainer(recipe, train, student, List.of())) {
            student.network().state().forEach((name, tensor) -> average.put(name, tensor.toDoubles()));
            for (double d : new double[] {2 / 11.0, 1 / 4.0, 4 / 13.0}) {
                trainer.step();
                student.network().state().forEach((name, tensor) -> {
                    double[] mean = average.get(name);
                    double[] weights = tensor.toDoubles();
                    for (int i = 0; i < mean.length; i++) {
                        mean[i] = d * mean[i] + (1 - d) * weights[i];
                    }
                });
            }
        }
        Path out = folder.resolve("run");
        run(recipe, out, false, () -> false, new Told());
        Map<String, float[]> model = section(out.resolve(TrainingRun.MODEL), Detector.SECTION);
        assertThat(model.keySet()).isEqualTo(average.keySet());
        average.forEach((name, mean) -> {
            float[] values = model.get(name);
            for (int i = 0; i < mean.length; i++) {
                assertThat((double) values[i])
                        .as(name)
                        .isCloseTo(mean[i], within(1e-6 * Math.max(1, Math.abs(mean[i]))));
            }
        });
        // The checkpoint has the last weights to go on from, and the average beside them.
        Path checkpoint = out.resolve(TrainingRun.CHECKPOINT);
        assertSame(model, section(checkpoint, "average"));
        assertThat(section(checkpoint, Detector.SECTION).get("head.cls_score.bias"))
                .isNotEqualTo(model.get("head.cls_score.bias"));
    }

    /** An average begins where a checkpoint has none, and is left where the recipe asks for none any more. */
    @Test
    void anAverageMayBeginAndEndWhereARunIsResumed() throws IOException {
        Path out = folder.resolve("run");
        Recipe plain = recipe("training.evaluateEvery=0", "training.iterations=2");
        run(plain, out, false, () -> false, new Told());
        Map<String, float[]> before = section(out.resolve(TrainingRun.CHECKPOINT), Detector.SECTION);
        run(plain.with("training.averageDecay=0.9"), out, true, () -> false, new Told());
        assertSame(before, section(out.resolve(TrainingRun.MODEL), Detector.SECTION));
        Recipe averaged = plain.with("training.averageDecay=0.9", "training.iterations=3");
        run(averaged, out, true, () -> false, new Told());
        Path checkpoint = out.resolve(TrainingRun.CHECKPOINT);
        assertSame(section(checkpoint, "average"), section(out.resolve(TrainingRun.MODEL), Detector.SECTION));
        run(averaged.with("training.averageDecay=0", "training.iterations=4"), out, true, () -> false, new Told());
        assertSame(section(checkpoint, Detector.SECTION), section(out.resolve(TrainingRun.MODEL), Detector.SECTION));
    }
}
