package dev.retort.distill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.detection.Detector;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ShapesGenerator;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.train.Trainer;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every method promises on tiny detectors. A new method is a line in {@link #methods}. */
class MethodsTest {
    private static final int STEPS = 2;

    @TempDir
    static Path folder;

    private static Backend backend;
    private static CocoDataset dataset;
    private static Detector teacher;
    private static State alone;

    /**
     * A method and what a test sets of it.
     *
     * @param label what the test is called
     * @param weights keys of its section that leave it out where all are 0
     * @param settings of its section, {@code key=value}
     */
    private record Method(String name, String label, List<String> weights, List<String> settings) {
        Recipe recipe() {
            return tiny().with("distillation.methods=[" + name + "]").with(inSection(settings));
        }

        Recipe weightless() {
            return recipe().with(
                            inSection(weights.stream().map(key -> key + "=0").toList()));
        }

        private String[] inSection(List<String> keys) {
            return keys.stream().map(key -> "distillation." + name + "." + key).toArray(String[]::new);
        }

        @Override
        public String toString() {
            return label;
        }
    }

    /** What a run ended with: weights of the student and of the method's own modules, and each step's losses. */
    private record State(Map<String, float[]> weights, List<Map<String, Double>> losses) {
        void requireSameWeights(State other) {
            assertThat(other.weights.keySet()).isEqualTo(weights.keySet());
            weights.forEach((name, values) ->
                    assertThat(other.weights.get(name)).as(name).isEqualTo(values));
        }
    }

    /** Levels p3 to p7 have 8x8, 4x4, 2x2, 1 and 1 cells, micro-batches two images. */
    private static Stream<Method> methods() {
        return Stream.of(
                method("cwd", List.of("weight")),
                method("cwd", List.of("weight"), "on=logits"),
                method("defeat", List.of("foreground", "background"), "foreground=1e3", "background=1e4"),
                method("fitnet", List.of("weight")),
                method(
                        "fitnet",
                        List.of("weight"),
                        "adapter=conv3x3relu",
                        "region=anchors",
                        "normalize=cells",
                        "startIteration=1"),
                method("frs", List.of("feature", "classes"), "warmup=1"),
                method("icd", List.of("weight"), "startIteration=0"),
                method("fbkd", List.of("feature", "channel", "spatial", "relation")),
                method("fgd", List.of("foreground", "background", "attention", "relation")),
                method("mgd", List.of("weight")),
                method("pkd", List.of("weight"), "levels=[p3, p4, p5]"));
    }

    private static Method method(String name, List<String> weights, String... settings) {
        return new Method(name, (name + " " + String.join(" ", settings)).strip(), weights, List.of(settings));
    }

    private static Recipe tiny() {
        return TinyRecipes.detector(STEPS, 1, 0.01);
    }

    @BeforeAll
    static void trainTheStudentAlone() throws IOException {
        ShapesGenerator.generate(ShapesGenerator.Settings.standard(4, 1, 2, 3), folder.resolve("shapes"));
        dataset = CocoDataset.open(folder.resolve("shapes"), "train");
        backend = Backends.create("auto");
        teacher = Detector.create(tiny().with("training.seed=8"), dataset.categories(), backend);
        try (Detector student = Detector.create(tiny(), dataset.categories(), backend);
                Trainer trainer = new Trainer(tiny(), dataset, student, List.of())) {
            List<Map<String, Double>> losses = steps(trainer, STEPS);
            alone = new State(weights(student), losses);
        }
    }

    @AfterAll
    static void nothingIsLeft() {
        teacher.close();
        assertThat(backend.memory().liveBytes()).isZero();
        backend.close();
    }

    @ParameterizedTest
    @MethodSource("methods")
    void weightZeroLeavesTheStudentAlone(Method method) throws IOException {
        alone.requireSameWeights(teach(method.weightless(), trainer -> steps(trainer, STEPS)));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void aRunTeachesAndResumesWithTheSameBits(Method method) throws IOException {
        Recipe recipe = method.recipe();
        Path checkpoint = folder.resolve("stopped.safetensors");
        State whole = teach(recipe, trainer -> {
            List<Map<String, Double>> losses = steps(trainer, 1);
            trainer.save(checkpoint);
            losses.addAll(steps(trainer, STEPS));
            return losses;
        });
        requireTaught(whole);
        whole.requireSameWeights(teach(recipe, trainer -> {
            trainer.restore(checkpoint, false);
            return steps(trainer, STEPS);
        }));
    }

    /** Losses that are finite and not all 0 moved the student's pyramid. */
    private static void requireTaught(State state) {
        double sum = 0;
        for (Map<String, Double> losses : state.losses()) {
            Map<String, Double> added = new LinkedHashMap<>(losses);
            added.keySet().removeAll(alone.losses().get(0).keySet());
            assertThat(added.values())
                    .isNotEmpty()
                    .allSatisfy(loss -> assertThat(loss).isFinite().isNotNegative());
            sum += added.values().stream().mapToDouble(Double::doubleValue).sum();
        }
        assertThat(sum).isPositive();
        String pyramid = "backbone.fpn_output3.weight";
        assertThat(state.weights().get(pyramid)).isNotEqualTo(alone.weights().get(pyramid));
    }

    /** What a trainer is asked to do; gives the losses of its steps. */
    private interface Run {
        List<Map<String, Double>> of(Trainer trainer) throws IOException;
    }

    private static State teach(Recipe recipe, Run run) throws IOException {
        try (Detector student = Detector.create(recipe, dataset.categories(), backend);
                Distiller distiller = new Distiller(new DistillationProvider.Context(
                        recipe, dataset, teacher, student, Trainer.iterations(recipe, dataset)));
                Trainer trainer = new Trainer(recipe, dataset, student, List.of(distiller))) {
            List<Map<String, Double>> losses = run.of(trainer);
            Map<String, float[]> weights = weights(student);
            distiller
                    .joined()
                    .forEach((name, parameter) ->
                            weights.put(name, parameter.data().toFloats()));
            return new State(weights, losses);
        }
    }

    private static List<Map<String, Double>> steps(Trainer trainer, long until) {
        List<Map<String, Double>> losses = new ArrayList<>();
        while (trainer.iteration() < until) {
            losses.add(trainer.step().losses());
        }
        return losses;
    }

    private static Map<String, float[]> weights(Detector detector) {
        Map<String, float[]> weights = new LinkedHashMap<>();
        detector.network().state().forEach((name, tensor) -> weights.put(name, tensor.toFloats()));
        return weights;
    }
}
