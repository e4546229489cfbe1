package dev.retort.detection.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.detection.Detector;
import dev.retort.detection.TinyDetectors;
import dev.retort.detection.data.Category;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.model.ModelSettings.BackboneNorm;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.recipe.Recipe.PixelScale;
import dev.retort.detection.recipe.RecipeException;
import dev.retort.detection.recipe.RecipeReader;
import dev.retort.detection.train.Trainer;
import dev.retort.detection.train.TrainingException;
import dev.retort.detection.train.TrainingRun;
import dev.retort.nn.weights.WeightFileException;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.io.SafeTensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a new detector takes from a file, what a recipe follows of it, and what is refused. */
class StartWeightsTest {
    private static final List<Category> ANIMALS = List.of(new Category(1, "cat"), new Category(2, "dog"));
    private static final List<Category> FRUIT =
            List.of(new Category(1, "apple"), new Category(2, "pear"), new Category(3, "plum"));

    @TempDir
    private Path folder;

    private final Backend backend = Backends.create("simd");
    private Path model;

    @BeforeEach
    void makeModel() throws IOException {
        model = folder.resolve("model.safetensors");
        try (Detector detector =
                Detector.create(TinyDetectors.recipe("model.norm=frozen", "training.seed=3"), ANIMALS, backend)) {
            detector.save(model);
        }
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(backend.memory().liveBytes()).isZero();
        backend.close();
    }

    private Recipe from(Path file, String... settings) {
        return TinyDetectors.recipe("model.weights=" + file).with(settings);
    }

    private static Map<String, float[]> values(Detector detector) {
        Map<String, float[]> values = new TreeMap<>();
        detector.network().state().forEach((name, tensor) -> values.put(name, tensor.toFloats()));
        return values;
    }

    private Map<String, float[]> saved() throws IOException {
        try (Detector detector = Detector.load(model, backend)) {
            return values(detector);
        }
    }

    @Test
    void aDetectorOfTheSameClassesIsTakenWhole() throws IOException {
        try (Detector detector = Detector.create(from(model), ANIMALS, backend)) {
            assertThat(values(detector)).isNotEqualTo(saved());
            List<String> told = StartWeights.load(detector);
            assertThat(told).hasSize(1);
            assertThat(told.get(0)).contains(" tensors start from " + model + " (retinanet of 2 classes)");
            assertSame(values(detector), saved(), name -> true);
        }
    }

    @Test
    void ofOtherClassesAllButTheClassifierIsTaken() throws IOException {
        for (List<Category> others : List.of(FRUIT, List.of(ANIMALS.get(1), ANIMALS.get(0)))) {
            try (Detector detector = Detector.create(from(model), others, backend)) {
                Map<String, float[]> before = values(detector);
                List<String> told = StartWeights.load(detector);
                assertThat(told).hasSize(2);
                assertThat(told.get(1)).startsWith("the classifier starts anew").contains("the " + others.size());
                assertSame(values(detector), saved(), name -> !name.startsWith("head.cls_score"));
                assertSame(values(detector), before, name -> name.startsWith("head.cls_score"));
            }
        }
    }

    @Test
    void ofAnotherKindTheBackboneIsTaken() throws IOException {
        Recipe fcos = from(model, "model.kind=fcos", "model.pyramidChannels=32");
        try (Detector detector = Detector.create(fcos, ANIMALS, backend)) {
            Map<String, float[]> before = values(detector);
            List<String> told = StartWeights.load(detector);
            assertThat(told.get(1)).contains("not a fcos: its backbone alone is taken");
            assertSame(values(detector), saved(), name -> name.startsWith("backbone.bottom_up."));
            assertSame(values(detector), before, name -> !name.startsWith("backbone.bottom_up."));
        }
    }

    @Test
    void anotherNetworkIsRefusedAndNothingChanges() throws IOException {
        Recipe wider = from(model, "model.width=8");
        try (Detector detector = Detector.create(wider, ANIMALS, backend)) {
            Map<String, float[]> before = values(detector);
            assertThatThrownBy(() -> StartWeights.load(detector))
                    .isInstanceOf(WeightFileException.class)
                    .hasMessageContainingAll(
                            model + ": is not of the recipe's network",
                            "'backbone.bottom_up.stem.conv1.weight' has shape [4, 7, 7, 3] where the model has [8, 7, 7, 3]",
                            "Leave the keys of 'model' out");
            assertSame(values(detector), before, name -> true);
        }
    }

    @Test
    void aResidualNetOfTorchvisionStartsTheBackbone() throws IOException {
        Path file = folder.resolve("resnet18.safetensors");
        torchvision(file);
        Recipe recipe = RecipeReader.parse(
                        "model: {weights: '" + file + "', pyramidChannels: 8, headConvolutions: 1}", "r", List.of())
                .recipe();
        assertThat(recipe.model().depth()).isEqualTo(18);
        assertThat(recipe.model().width()).isEqualTo(4);
        assertThat(recipe.model().norm()).isEqualTo(BackboneNorm.FROZEN);
        assertThat(recipe.model().freezeAt()).isEqualTo(2);
        assertThat(recipe.data().pixels()).isEqualTo(PixelScale.TORCHVISION);
        try (Detector detector = Detector.create(recipe, FRUIT, backend)) {
            List<String> told = StartWeights.load(detector);
            assertThat(told).containsExactly("100 tensors start from " + file + " (torchvision ResNet)");
            assertSame(values(detector), saved(), name -> name.startsWith("backbone.bottom_up."));
        }
    }

    /** The model's backbone under torchvision's names and in its layout, with a classifier and a counter. */
    private void torchvision(Path file) throws IOException {
        SafeTensorsWriter writer = new SafeTensorsWriter();
        try (Detector detector = Detector.load(model, backend)) {
            detector.network().state().forEach((name, tensor) -> {
                if (name.startsWith("backbone.bottom_up.")) {
                    String theirs = name.replace("backbone.bottom_up.", "")
                            .replace("stem.conv1.norm.", "bn1.")
                            .replace("stem.", "")
                            .replaceFirst("conv(\\d)\\.norm\\.", "bn$1.")
                            .replace("shortcut.norm.", "downsample.1.")
                            .replace("shortcut.", "downsample.0.");
                    for (int stage = 2; stage <= 5; stage++) {
                        theirs = theirs.replace("res" + stage + ".", "layer" + (stage - 1) + ".");
                    }
                    Tensor turned = tensor.shape().rank() == 4 ? tensor.permute(0, 3, 1, 2) : tensor;
                    writer.add(theirs, turned.shape(), turned.toFloats());
                    if (turned != tensor) {
                        turned.close();
                    }
                }
            });
        }
        writer.add("fc.weight", Shape.of(10, 32), new float[320]);
        writer.add("bn1.num_batches_tracked", Shape.SCALAR, new long[] {7});
        writer.write(file);
    }

    @ParameterizedTest
    @CsvSource({"sync, batch", "batch, sync", "sync, sync"})
    void normsOfOneBatchAndOfAllRanksStartEachOther(String before, String now) throws IOException {
        Path file = folder.resolve("before.safetensors");
        Map<String, float[]> saved;
        try (Detector detector = Detector.create(TinyDetectors.recipe("model.norm=" + before), ANIMALS, backend)) {
            detector.save(file);
            saved = values(detector);
        }
        Recipe recipe = from(file, "model.norm=" + now);
        try (Detector detector = Detector.create(recipe, ANIMALS, backend);
                Detector loaded = Detector.load(file, backend)) {
            assertSame(values(detector), saved, name -> true);
            assertSame(values(loaded), saved, name -> true);
            assertThat(recipe.model().norm()).hasToString(now.toUpperCase(Locale.ROOT));
        }
    }

    @Test
    void aRecipeFollowsTheFileUnlessItSaysOtherwise() {
        Recipe followed = RecipeReader.parse("model: {weights: '" + model + "', freezeAt: 1}", "r", List.of())
                .recipe();
        assertThat(followed.model().depth()).isEqualTo(18);
        assertThat(followed.model().width()).isEqualTo(4);
        assertThat(followed.model().pyramidChannels()).isEqualTo(8);
        assertThat(followed.model().norm()).isEqualTo(BackboneNorm.FROZEN);
        assertThat(followed.model().freezeAt()).isEqualTo(1);
        assertThat(followed.data().shortEdges()).containsExactly(64);
        assertThat(followed.training()).isEqualTo(Recipe.defaults().training());
        // What a run writes needs no file any more.
        String written = RecipeReader.write(followed).replace(model.toString(), "gone.safetensors");
        assertThat(RecipeReader.parse(written, "r", List.of()).recipe().model().depth())
                .isEqualTo(18);
    }

    @Test
    void filesThatAreNotThereOrNoWeightsAreRefusedByTheRecipe() throws IOException {
        assertThatThrownBy(() -> RecipeReader.parse("model: {weights: gone.pth}", "r", List.of()))
                .isInstanceOf(RecipeException.class)
                .hasMessage("model.weights cannot be read: gone.pth: there is no such file (r, line 1)");
        Path page = folder.resolve("page.pth");
        Files.writeString(page, "<!DOCTYPE html><html>");
        assertThatThrownBy(() -> RecipeReader.parse("", "r", List.of("model.weights=" + page)))
                .isInstanceOf(RecipeException.class)
                .hasMessageContainingAll("page.pth", "web page");
    }

    @Test
    void frozenNormsOfANewNetworkAreRefusedBeforeTheFirstStep() throws IOException {
        CocoDataset shapes = TinyDetectors.shapes(folder.resolve("shapes"));
        Recipe frozen = TinyDetectors.recipe("model.norm=frozen");
        try (Detector detector = Detector.create(frozen, shapes.categories(), backend)) {
            Trainer trainer = new Trainer(frozen, shapes, detector, List.of());
            TrainingRun run = new TrainingRun(trainer, detector, shapes, folder, "");
            assertThatThrownBy(() -> run.run(1, () -> false, step -> {}))
                    .isInstanceOf(TrainingException.class)
                    .hasMessageContainingAll("model.norm is frozen", "model.weights: FILE", "model.norm: batch");
            trainer.close();
        }
    }

    private static void assertSame(
            Map<String, float[]> actual, Map<String, float[]> expected, Predicate<String> names) {
        int compared = 0;
        for (Map.Entry<String, float[]> entry : actual.entrySet()) {
            if (names.test(entry.getKey())) {
                assertThat(entry.getValue()).as(entry.getKey()).isEqualTo(expected.get(entry.getKey()));
                compared++;
            }
        }
        assertThat(compared).isPositive();
    }
}
