package dev.retort.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.detection.Detector;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.recipe.RecipeReader;
import dev.retort.detection.train.Trainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Methods that compare predictions and maps of the head's towers, in training: losses, weight 0, resuming, refusals. */
class PredictionMethodsTest extends TinyTraining {
    private static final String FCOS =
            """
            model: {kind: fcos, depth: 18, width: 4, pyramidChannels: 8, headConvolutions: 1, headNorm: none}
            data: {shortEdges: [64], longEdge: 64, cacheMegabytes: 16}
            optimizer: {schedule: cosine, warmupIterations: 2, warmupFactor: 0.1, clipValue: 1}
            training: {batch: 2, seed: 7, checkpointEvery: 100, logEvery: 1, iterations: 2}
            """;

    private static Recipe retinanet(String method) {
        return recipe(TinyRecipes.detector(2, 1, 0.01), method);
    }

    private static Recipe recipe(Recipe detector, String method) {
        Recipe recipe = detector.with(
                "distillation.methods=[" + method + "]",
                "distillation.inheritPyramid=false",
                "distillation.inheritHead=false");
        return switch (method) {
            case "crosskd" -> recipe.with("distillation.crosskd.position=1");
            case "ld" -> recipe.with("model.boxes=distribution");
            default -> recipe;
        };
    }

    @ParameterizedTest
    @CsvSource({
        "bckd, classes boxes",
        "crosskd, classes boxes",
        "pgd, foreground background boxes attention",
        "ld, main region classes"
    })
    void lossesGoIntoTheStepAndAResumedRunEndsWithTheSameBits(String method, String losses) throws IOException {
        Recipe recipe = retinanet(method);
        Path checkpoint = folder.resolve(method + ".safetensors");
        Run whole = run(recipe, recipe, 2, null, null);
        for (String loss : losses.split(" ")) {
            assertThat(whole.losses.get(method + '.' + loss))
                    .as(loss)
                    .isPositive()
                    .isFinite();
        }
        run(recipe, recipe, 1, null, checkpoint);
        assertSame(whole, run(recipe, recipe, 2, checkpoint, null));
        String[] nothing =
                losses.replaceAll("(\\w+)", "distillation." + method + ".$1=0").split(" ");
        Run alone = run(recipe, null, 2, null, null);
        Run weightless = run(recipe.with(nothing), recipe, 2, null, null);
        assertThat(weightless.losses.keySet()).isSubsetOf("classification", "box", "distribution");
        assertSame(alone, weightless);
        assertThat(whole.weights.get("backbone.fpn_output3.weight"))
                .isNotEqualTo(alone.weights.get("backbone.fpn_output3.weight"));
    }

    @ParameterizedTest
    @CsvSource({"bckd, boxes", "crosskd, boxes", "pgd, boxes", "ld, region"})
    void fcosLearnsByThemToo(String method, String loss) throws IOException {
        Recipe recipe =
                recipe(RecipeReader.parse(FCOS, "a tiny FCOS", List.of()).recipe(), method);
        Run run = run(recipe, recipe, 1, null, null);
        assertThat(run.losses.get(method + '.' + loss)).isPositive().isFinite();
    }

    /** One softmax over all edges, DIoU by the anchor's area, classes divided level by level. */
    @Test
    void ldAsReleasedHasOtherLosses() throws IOException {
        Recipe recipe = retinanet("ld");
        Run sound = run(recipe, recipe, 1, null, null);
        Run released = run(recipe.with("distillation.ld.asReleased=true"), recipe, 1, null, null);
        for (String loss : List.of("ld.main", "ld.region", "ld.classes")) {
            assertThat(released.losses.get(loss)).isPositive().isNotEqualTo(sound.losses.get(loss));
        }
    }

    @Test
    void pointsAreNoAnchorsForARegion() {
        Recipe recipe = recipe(
                        RecipeReader.parse(FCOS, "a tiny FCOS", List.of()).recipe(), "fitnet")
                .with("distillation.fitnet.region=anchors");
        assertThatThrownBy(() -> run(recipe, recipe, 1, null, null))
                .isInstanceOf(DistillationException.class)
                .hasMessageContaining("the student's places are points: choose another region");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "crosskd|model.pyramidChannels=16|crosskd compares channel with channel, but the student's towers have 8"
                        + " and the teacher's 16: set model.pyramidChannels to 16",
                "pgd|model.headConvolutions=0|pgd reads the maps behind convolution 1 of the head's towers, but the"
                        + " student's have 1 and the teacher's 0: set model.headConvolutions to 1 or more, or leave pgd"
                        + " out",
                "frs|model.anchorSizes=[8, 16, 32, 64, 128]|frs compares place with place, but student and teacher do not"
                        + " predict at the same ones: give the student the teacher's model.kind and its anchors or points"
                        + " (retinanet: model.anchorSizes, model.anchorRule; fcos: model.variant)",
                "ld|model.boxes=direct|ld compares distributions of boxes, but the teacher's head gives four numbers a box:"
                        + " train it with model.boxes: distribution",
                "bckd|model.anchorSizes=[8, 16, 32, 64, 128]|bckd compares place with place, but student and teacher do"
                        + " not predict at the same ones: give the student the teacher's model.kind and its anchors or"
                        + " points (retinanet: model.anchorSizes, model.anchorRule; fcos: model.variant)"
            })
    void teachersThatDoNotFitAreRefused(String method, String difference, String message) {
        Recipe recipe = retinanet(method);
        assertThatThrownBy(() -> run(recipe, recipe.with(difference), 1, null, null))
                .isInstanceOf(DistillationException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "crosskd|training.batch=1|crosskd needs two numbers a channel, but p6 has one cell, and the micro-batch"
                        + " one image: set training.batch to 2 or more",
                "crosskd|distillation.crosskd.position=3|crosskd reads the maps behind convolution 3 of the head's towers,"
                        + " but the student's have 1 and the teacher's 1: set model.headConvolutions to 3 or more, or set"
                        + " distillation.crosskd.position lower",
                "ld|model.boxes=direct|ld compares distributions of boxes, but the student's head gives four numbers a box:"
                        + " set model.boxes: distribution",
                "pgd|distillation.pgd.levelWeights=[1, 2]|distillation.pgd.levelWeights has 2 numbers, but the student's"
                        + " pyramid has 5 levels: give one for each, finest first"
            })
    void settingsThatDoNotFitAreRefused(String method, String setting, String message) {
        Recipe recipe = retinanet(method);
        assertThatThrownBy(() -> run(recipe.with(setting), recipe, 1, null, null))
                .isInstanceOf(DistillationException.class)
                .hasMessage(message);
    }

    /** What a run ends with. */
    private record Run(Map<String, Double> losses, Map<String, float[]> weights) {}

    private Run run(Recipe recipe, Recipe teaching, long until, Path from, Path to) throws IOException {
        try (Detector student = Detector.create(recipe, dataset.categories(), backend);
                Detector teacher = teaching == null
                        ? null
                        : Detector.create(teaching.with("training.seed=8"), dataset.categories(), backend);
                Distiller distiller = teacher == null
                        ? null
                        : new Distiller(new DistillationProvider.Context(
                                recipe, dataset, teacher, student, Trainer.iterations(recipe, dataset)));
                Trainer trainer =
                        new Trainer(recipe, dataset, student, distiller == null ? List.of() : List.of(distiller))) {
            if (from != null) {
                trainer.restore(from, false);
            }
            Map<String, Double> losses = Map.of();
            while (trainer.iteration() < until) {
                losses = trainer.step().losses();
            }
            if (to != null) {
                trainer.save(to);
            }
            Map<String, float[]> weights = new LinkedHashMap<>();
            student.network().state().forEach((name, tensor) -> weights.put(name, tensor.toFloats()));
            return new Run(losses, weights);
        }
    }

    private static void assertSame(Run expected, Run actual) {
        assertThat(actual.losses).isEqualTo(expected.losses);
        expected.weights.forEach(
                (name, values) -> assertThat(actual.weights.get(name)).as(name).isEqualTo(values));
    }
}
