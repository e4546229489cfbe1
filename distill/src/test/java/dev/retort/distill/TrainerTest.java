package dev.retort.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.detection.Detector;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.train.Trainer;
import dev.retort.detection.train.TrainingException;
import dev.retort.kernels.simd.SimdBackend;
import dev.retort.tensor.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What the trainer promises: the same bits again, after a stop too; a student that weight 0 leaves alone; clear ends. */
@Tag("smoke")
class TrainerTest extends TinyTraining {
    @Test
    void aStoppedAndResumedRunEndsWithTheSameBits() throws IOException {
        Recipe recipe = TinyRecipes.detector(4, 2, 0.01);
        Map<String, float[]> whole = run(recipe, null, 4, null, null);
        Path checkpoint = folder.resolve("stopped.safetensors");
        run(recipe, null, 2, null, checkpoint);
        assertSame(whole, run(recipe, null, 4, checkpoint, null));
    }

    @Test
    void aDistilledRunResumesTooWithTheSameBits() throws IOException {
        Recipe recipe = TinyRecipes.detector(3, 1, 0.01);
        Map<String, float[]> whole = run(recipe, recipe, 3, null, null);
        Path checkpoint = folder.resolve("stopped-icd.safetensors");
        run(recipe, recipe, 2, null, checkpoint);
        assertSame(whole, run(recipe, recipe, 3, checkpoint, null));
    }

    @Test
    void blocksComputedTwiceGiveTheSameBits() throws IOException {
        Recipe recipe = TinyRecipes.detector(3, 1, 0.01);
        Recipe recomputing = recipe.with("training.recomputeBlocks=true");
        assertSame(run(recipe, recipe, 3, null, null), run(recomputing, recipe, 3, null, null));
    }

    /** Images large enough that kernels do share their work among threads. */
    @Test
    void theSameSeedGivesTheSameBitsAgainAndWithAnyNumberOfThreads() throws IOException {
        Recipe recipe = TinyRecipes.detector(2, 1, 0.01)
                .with(
                        "model.width=16",
                        "model.pyramidChannels=32",
                        "data.shortEdges=[]",
                        "data.longEdge=1333",
                        "distillation.icd.startIteration=0",
                        "distillation.icd.hidden=32");
        Map<String, float[]> first = null;
        for (int threads : new int[] {1, 1, 2, 3}) {
            try (Backend computing = SimdBackend.create(threads)) {
                Map<String, float[]> weights = run(computing, dataset, recipe, recipe, 2, null, null);
                first = first == null ? weights : first;
                assertSame(first, weights);
            }
        }
    }

    /** A negative example is an example: alone, beside others, and with a teacher. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void imagesWithoutBoxesAreLearnedFrom(int annotations) throws IOException {
        Path source = folder.resolve("shapes");
        Path file = folder.resolve("few-" + annotations + ".json");
        JsonMapper json = JsonMapper.builder().build();
        ObjectNode content = (ObjectNode)
                json.readTree(Files.readString(source.resolve("annotations").resolve("train.json")));
        ArrayNode kept = json.createArrayNode();
        for (int i = 0; i < annotations; i++) {
            kept.add(content.get("annotations").get(i));
        }
        content.set("annotations", kept);
        Files.writeString(file, json.writeValueAsString(content));
        CocoDataset few = CocoDataset.open(file, source.resolve("images"));
        Recipe recipe = TinyRecipes.detector(3, 1, 0.01);
        Recipe uniform = recipe.with("distillation.icd.uniformPrior=true");
        if (annotations == 0) {
            assertThatThrownBy(() -> run(backend, few, recipe, recipe, 1, null, null))
                    .hasMessageContaining("distillation.icd.uniformPrior=true");
        }
        for (Recipe teaching : Arrays.asList(null, recipe)) {
            run(backend, few, teaching == null || annotations > 0 ? recipe : uniform, teaching, 3, null, null)
                    .forEach((name, values) -> assertThat(values)
                            .as(name)
                            .doesNotContain(Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY));
        }
    }

    @Test
    void aModelIsNoCheckpointAndChangesNothing() throws IOException {
        Recipe recipe = TinyRecipes.detector(2, 1, 0.01);
        Path model = folder.resolve("only-a-model.safetensors");
        try (Detector student = Detector.create(recipe, dataset.categories(), backend);
                Trainer trainer = new Trainer(recipe, dataset, student, List.of())) {
            student.save(model);
            trainer.step();
            Map<String, float[]> before = weights(student);
            assertThatThrownBy(() -> trainer.restore(model, false))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(model + " is no checkpoint of a training run");
            assertSame(before, weights(student));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"[icd]", "[pkd]", "[icd, pkd]", "[pkd, icd]"})
    void distillationOfWeightZeroLeavesTheStudentAlone(String methods) throws IOException {
        Recipe alone = TinyRecipes.detector(3, 1, 0.01);
        Recipe weightless = taught(methods).with(weights(methods, 0));
        assertSame(run(alone, null, 3, null, null), run(weightless, alone, 3, null, null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[icd]", "[pkd]", "[icd, pkd]"})
    void distillationChangesTheStudent(String methods) throws IOException {
        Recipe alone = TinyRecipes.detector(3, 1, 0.01);
        Map<String, float[]> plain = run(alone, null, 3, null, null);
        Map<String, float[]> taught = run(taught(methods), alone, 3, null, null);
        assertThat(taught.get("backbone.fpn_output3.weight")).isNotEqualTo(plain.get("backbone.fpn_output3.weight"));
    }

    /** A student that inherits nothing: levels of more than one cell only, as the images are small. */
    private static Recipe taught(String methods) {
        Recipe recipe = TinyRecipes.detector(3, 1, 0.01)
                .with(
                        "distillation.methods=" + methods,
                        "distillation.inheritPyramid=false",
                        "distillation.inheritHead=false");
        return methods.contains("pkd") ? recipe.with("distillation.pkd.levels=[p3, p4, p5]") : recipe;
    }

    /** The setting of the weight of each method. */
    private static String[] weights(String methods, double weight) {
        return Stream.of("icd", "pkd")
                .filter(methods::contains)
                .map(method -> "distillation." + method + ".weight=" + weight)
                .toArray(String[]::new);
    }

    @Test
    void theLossesOfMethodsAreThoseOfEachAddedUp() {
        Map<String, Double> icd = firstLosses(taught("[icd]"));
        Map<String, Double> pkd = firstLosses(taught("[pkd]"));
        Map<String, Double> both = firstLosses(taught("[icd, pkd]"));
        assertThat(icd).containsOnlyKeys("classification", "box", "identification.0", "localization.0", "distillation");
        assertThat(pkd).containsOnlyKeys("classification", "box", "pkd");
        assertThat(pkd.get("pkd")).isPositive();
        Map<String, Double> expected = new LinkedHashMap<>(icd);
        expected.putAll(pkd);
        assertThat(both).isEqualTo(expected);
        Map<String, Double> lighter = firstLosses(taught("[pkd]").with("distillation.pkd.weight=5"));
        assertThat(lighter.get("pkd")).isCloseTo(pkd.get("pkd") / 2, within(1e-6));
    }

    private Map<String, Double> firstLosses(Recipe recipe) {
        try (Detector student = Detector.create(recipe, dataset.categories(), backend);
                Detector teacher = Detector.create(recipe.with("training.seed=8"), dataset.categories(), backend);
                Distiller distiller = distiller(dataset, recipe, teacher, student);
                Trainer trainer = new Trainer(recipe, dataset, student, List.of(distiller))) {
            return trainer.step().losses();
        }
    }

    @Test
    void aRunWithTwoMethodsResumesWithTheSameBits() throws IOException {
        Recipe recipe = taught("[icd, pkd]");
        Map<String, float[]> whole = run(recipe, recipe, 3, null, null);
        Path checkpoint = folder.resolve("stopped-two.safetensors");
        run(recipe, recipe, 2, null, checkpoint);
        assertSame(whole, run(recipe, recipe, 3, checkpoint, null));
        assertThatThrownBy(() -> run(taught("[pkd]"), recipe, 3, checkpoint, null))
                .isInstanceOf(TrainingException.class)
                .hasMessageContaining("distillation.methods: [\"icd\",\"pkd\"] in the checkpoint, [\"pkd\"] now");
    }

    /** What was made for another method is given back, see {@link #nothingIsLeft}. */
    @Test
    void pkdRefusesLevelsThatAreNotThere() {
        Recipe recipe = taught("[icd, pkd]").with("distillation.pkd.levels=[p3, p8]");
        assertThatThrownBy(() -> firstLosses(recipe))
                .isInstanceOf(DistillationException.class)
                .hasMessage("distillation.pkd.levels names p8, but the student has [p3, p4, p5, p6, p7] and the teacher"
                        + " [p3, p4, p5, p6, p7]");
    }

    @Test
    void pkdRefusesChannelsThatDiffer() {
        Recipe recipe = taught("[pkd]");
        assertThatThrownBy(() -> run(recipe, recipe.with("model.pyramidChannels=16"), 1, null, null))
                .isInstanceOf(DistillationException.class)
                .hasMessage(
                        "pkd compares channel with channel, but the student's pyramid has 8 and the teacher's 16: set"
                                + " model.pyramidChannels to 16");
    }

    @Test
    void pkdRefusesOneCellOfOneImage() throws IOException {
        Recipe recipe = taught("[pkd]").with("distillation.pkd.levels=[p4, p6]");
        assertThatThrownBy(() -> run(recipe.with("training.batch=1"), recipe, 1, null, null))
                .isInstanceOf(DistillationException.class)
                .hasMessage(
                        "pkd needs two numbers a channel, but p6 has one cell, and the micro-batch one image: leave p6"
                                + " out of distillation.pkd.levels, or set training.batch to 2 or more");
        run(recipe, recipe, 1, null, null);
    }

    @Test
    void fbkdRefusesARelationOfOneCellOfOneImage() throws IOException {
        Recipe recipe = taught("[fbkd]").with("training.batch=1");
        assertThatThrownBy(() -> run(recipe, recipe, 1, null, null))
                .isInstanceOf(DistillationException.class)
                .hasMessage("The relation of fbkd needs two numbers a channel, but p6 has one cell, and the micro-batch"
                        + " one image: leave p6 out of distillation.fbkd.levels, or set training.batch to 2 or more");
        run(recipe.with("distillation.fbkd.relation=0"), recipe, 1, null, null);
    }

    @Test
    void icdRefusesATeacherOfAnotherWidth() {
        Recipe recipe = taught("[icd]");
        assertThatThrownBy(() -> run(recipe, recipe.with("model.pyramidChannels=16"), 1, null, null))
                .isInstanceOf(DistillationException.class)
                .hasMessage("distillation.icd.hidden is 8, the teacher's pyramid has 16 channels: set"
                        + " distillation.icd.hidden to 16");
    }

    @Test
    void aLossThatIsNotFiniteStopsTheRunNamingIt() {
        Recipe recipe = TinyRecipes.detector(50, 1, 1e30);
        try (Detector student = Detector.create(recipe, dataset.categories(), backend);
                Trainer trainer = new Trainer(recipe, dataset, student, List.of())) {
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 50; i++) {
                            trainer.step();
                        }
                    })
                    .isInstanceOf(TrainingException.class)
                    .hasMessageMatching("(?s).*'(classification|box)' is (NaN|Infinity).*iteration.*rate.*");
        }
    }

    @Test
    void aCheckpointOfAnotherArchitectureNamesTheFirstDifference() throws IOException {
        Recipe recipe = TinyRecipes.detector(1, 1, 0.01);
        Path file = folder.resolve("other.safetensors");
        run(recipe, null, 1, null, file);
        Recipe other = recipe.with("model.width=8");
        try (Detector student = Detector.create(other, dataset.categories(), backend);
                Trainer trainer = new Trainer(other, dataset, student, List.of())) {
            assertThatThrownBy(() -> trainer.restore(file, false))
                    .isInstanceOf(TrainingException.class)
                    .hasMessageContaining(file + " is of another model: model.width: 4 in the checkpoint, 8 now");
        }
    }

    @Test
    void aSavedDetectorLoadsWithTheSameWeights() throws IOException {
        Recipe recipe = TinyRecipes.detector(1, 1, 0.01);
        Path file = folder.resolve("model.safetensors");
        try (Detector student = Detector.create(recipe, dataset.categories(), backend)) {
            student.save(file);
            try (Detector loaded = Detector.load(file, backend)) {
                assertSame(weights(student), weights(loaded));
                assertThat(loaded.recipe()).isEqualTo(recipe);
                assertThat(loaded.categories()).isEqualTo(dataset.categories());
            }
        }
        assertThatThrownBy(() -> Detector.load(Files.writeString(folder.resolve("junk"), "not a model"), backend))
                .isInstanceOf(IOException.class);
    }

    /** Trains to {@code until}, from a checkpoint if given, and leaves one if asked; {@code teaching} adds a teacher. */
    private Map<String, float[]> run(Recipe recipe, Recipe teaching, long until, Path from, Path to)
            throws IOException {
        return run(backend, dataset, recipe, teaching, until, from, to);
    }

    private static Map<String, float[]> run(
            Backend backend, CocoDataset dataset, Recipe recipe, Recipe teaching, long until, Path from, Path to)
            throws IOException {
        try (Detector student = Detector.create(recipe, dataset.categories(), backend);
                Detector teacher = teaching == null ? null : Detector.create(teaching, dataset.categories(), backend);
                Distiller distiller = teacher == null ? null : distiller(dataset, recipe, teacher, student);
                Trainer trainer =
                        new Trainer(recipe, dataset, student, distiller == null ? List.of() : List.of(distiller))) {
            if (teacher != null) {
                Distiller.inherit(teacher, student);
            }
            if (from != null) {
                trainer.restore(from, false);
            }
            while (trainer.iteration() < until) {
                trainer.step();
            }
            if (to != null) {
                trainer.save(to);
            }
            return weights(student);
        }
    }

    private static Distiller distiller(CocoDataset dataset, Recipe recipe, Detector teacher, Detector student) {
        return new Distiller(new DistillationProvider.Context(
                recipe, dataset, teacher, student, Trainer.iterations(recipe, dataset)));
    }

    private static Map<String, float[]> weights(Detector detector) {
        Map<String, float[]> weights = new LinkedHashMap<>();
        detector.network().state().forEach((name, tensor) -> weights.put(name, tensor.toFloats()));
        return weights;
    }

    private static void assertSame(Map<String, float[]> expected, Map<String, float[]> actual) {
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        expected.forEach((name, values) -> assertThat(actual.get(name)).as(name).isEqualTo(values));
    }
}
