package dev.retort.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.detection.Detector;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.train.Trainer;
import dev.retort.distill.icd.IcdDistillation;
import dev.retort.nn.Module;
import dev.retort.tensor.io.SafeTensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What ICD's settings do to a training: who learns when, where, and from what; stopped and resumed, too. */
@Tag("smoke")
class IcdTrainingTest extends TinyTraining {
    private static final String BACKBONE = "backbone.bottom_up.";
    private static final String PYRAMID = "backbone.fpn_";
    private static final String HEAD = "head.";

    /** Five iterations, of two micro-batches each where {@code accumulate} is 2; the student inherits nothing. */
    private static Recipe recipe(int accumulate, String... settings) {
        return TinyRecipes.detector(5, accumulate, 0.01)
                .with(
                        "distillation.inheritPyramid=false",
                        "distillation.inheritHead=false",
                        "training.averageDecay=0.9")
                .with(settings);
    }

    /** A training under way. */
    private final class Run implements AutoCloseable {
        private final Detector student;
        private final Detector teacher;
        private final Distiller distiller;
        private final Trainer trainer;
        private Map<String, Double> losses = Map.of();

        Run(Recipe recipe) {
            student = Detector.create(recipe, dataset.categories(), backend);
            teacher = Detector.create(
                    TinyRecipes.detector(1, 1, 0.01).with("training.seed=8"), dataset.categories(), backend);
            try {
                distiller = new Distiller(new DistillationProvider.Context(
                        recipe, dataset, teacher, student, Trainer.iterations(recipe, dataset)));
            } catch (RuntimeException e) {
                teacher.close();
                student.close();
                throw e;
            }
            trainer = new Trainer(recipe, dataset, student, List.of(distiller));
        }

        Run to(long iteration) {
            while (trainer.iteration() < iteration) {
                losses = trainer.step().losses();
            }
            return this;
        }

        /** Weights and statistics of the student. */
        Map<String, float[]> student() {
            return state(student.network());
        }

        Map<String, float[]> decoder() {
            return state(icd().objective().teacher());
        }

        Map<String, float[]> projection() {
            return state(icd().objective().projection());
        }

        private IcdDistillation icd() {
            return distiller.method(IcdDistillation.class).orElseThrow();
        }

        @Override
        public void close() {
            trainer.close();
            distiller.close();
            teacher.close();
            student.close();
        }
    }

    private static Map<String, float[]> state(Module module) {
        Map<String, float[]> state = new LinkedHashMap<>();
        module.state().forEach((name, tensor) -> state.put(name, tensor.toFloats()));
        return state;
    }

    /** Names of what has other numbers now. */
    private static Set<String> moved(Map<String, float[]> before, Map<String, float[]> after) {
        Set<String> moved = new TreeSet<>();
        after.forEach((name, values) -> {
            if (!Arrays.equals(values, before.get(name))) {
                moved.add(name);
            }
        });
        return moved;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void whileTheDecoderIsPretrainedTheStudentDoesNotMoveAtAll(int accumulate) {
        try (Run run = new Run(recipe(accumulate, "distillation.icd.decoderPretraining=2"))) {
            Map<String, float[]> student = run.student();
            Map<String, String> state = run.student.network().trainingState();
            Map<String, float[]> decoder = run.decoder();
            Map<String, float[]> projection = run.projection();
            run.to(2);
            assertThat(run.losses).containsOnlyKeys("classification", "box", "identification.0", "localization.0");
            assertThat(moved(student, run.student())).isEmpty();
            assertThat(run.student.network().trainingState()).isEqualTo(state);
            assertThat(moved(decoder, run.decoder())).isNotEmpty();
            assertThat(moved(projection, run.projection())).isEmpty();
            run.to(3);
            assertThat(run.losses).containsKey("distillation");
            assertThat(moved(student, run.student())).anyMatch(name -> name.startsWith(BACKBONE));
            assertThat(moved(projection, run.projection())).isNotEmpty();
        }
    }

    @Test
    void aHeldStudentHasNoMomentum() throws IOException {
        try (Run run = new Run(recipe(1, "distillation.icd.decoderPretraining=2"))) {
            Path checkpoint = folder.resolve("pretrained.safetensors");
            run.to(2).trainer.save(checkpoint);
            try (SafeTensors file = SafeTensors.open(checkpoint)) {
                assertThat(file.entries().keySet())
                        .noneMatch(name -> name.startsWith("optimizer"))
                        .anyMatch(name -> name.startsWith("icd_adamw"));
            }
        }
    }

    @Test
    void fromTheEndOfJointTrainingOnTheDecoderIsFrozenAndTheProjectionLearns() {
        try (Run run = new Run(recipe(1, "distillation.icd.endOfJointTraining=2"))) {
            Map<String, float[]> first = run.decoder();
            Map<String, float[]> decoder = run.to(2).decoder();
            assertThat(moved(first, decoder)).isNotEmpty();
            Map<String, float[]> projection = run.projection();
            run.to(4);
            assertThat(run.losses).containsOnlyKeys("classification", "box", "distillation");
            assertThat(moved(decoder, run.decoder())).isEmpty();
            assertThat(moved(projection, run.projection())).isNotEmpty();
        }
    }

    @Test
    void fromTheEndIterationOnTheStudentLearnsAlone() {
        try (Run run = new Run(recipe(1, "distillation.icd.endIteration=2"))) {
            Map<String, float[]> decoder = run.to(2).decoder();
            Map<String, float[]> projection = run.projection();
            Map<String, float[]> student = run.student();
            run.to(4);
            assertThat(run.losses).containsOnlyKeys("classification", "box");
            assertThat(moved(decoder, run.decoder())).isEmpty();
            assertThat(moved(projection, run.projection())).isEmpty();
            assertThat(moved(student, run.student())).isNotEmpty();
        }
    }

    @Test
    void withoutItsTaskTheDecoderStaysRandomAndStillTeaches() {
        try (Run run = new Run(
                recipe(1, "distillation.icd.identificationWeight=0", "distillation.icd.localizationWeight=0"))) {
            Map<String, float[]> decoder = run.decoder();
            run.to(2);
            assertThat(run.losses).containsOnlyKeys("classification", "box", "distillation");
            assertThat(moved(decoder, run.decoder())).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"fixedBackboneUntil, " + BACKBONE, "fixedHeadUntil, " + HEAD})
    void aFixedPartDoesNotLearnUntilItsIteration(String key, String part) {
        Recipe recipe = recipe(2, "training." + key + "=2");
        try (Detector student = Detector.create(recipe, dataset.categories(), backend);
                Trainer trainer = new Trainer(recipe, dataset, student, List.of())) {
            Map<String, float[]> before = state(student.network());
            trainer.step();
            trainer.step();
            Set<String> moved = moved(before, state(student.network()));
            moved.retainAll(student.network().parameters().keySet());
            assertThat(moved).noneMatch(name -> name.startsWith(part));
            for (String other : List.of(BACKBONE, PYRAMID, HEAD)) {
                assertThat(other.equals(part) || moved.stream().anyMatch(name -> name.startsWith(other)))
                        .as(other)
                        .isTrue();
            }
            trainer.step();
            assertThat(moved(before, state(student.network()))).anyMatch(name -> name.startsWith(part));
        }
    }

    @Test
    void weightZeroLeavesTheStudentAloneInEveryRegionAndPhase() {
        Recipe recipe = recipe(1, "distillation.icd.weight=0");
        Map<String, float[]> alone;
        try (Detector student = Detector.create(recipe, dataset.categories(), backend);
                Trainer trainer = new Trainer(recipe, dataset, student, List.of())) {
            trainer.step();
            trainer.step();
            alone = state(student.network());
        }
        for (String setting : List.of(
                "decoderPretraining=3",
                "endOfJointTraining=1",
                "region=all",
                "region=boxes",
                "region=anchors",
                "region=activation",
                "region=score")) {
            try (Run run = new Run(recipe.with("distillation.icd." + setting))) {
                assertThat(moved(alone, run.to(2).student())).as(setting).isEmpty();
            }
        }
    }

    @Test
    void everyRegionHasALossOfItsOwnAndNoDecoder() {
        List<Double> losses = new ArrayList<>();
        for (String region : List.of("all", "boxes", "anchors", "activation", "score")) {
            try (Run run = new Run(recipe(1, "distillation.icd.region=" + region))) {
                assertThat(run.distiller.parameters()).hasSize(2);
                run.to(1);
                assertThat(run.losses).containsOnlyKeys("classification", "box", "distillation");
                losses.add(run.losses.get("distillation"));
            }
        }
        assertThat(losses).doesNotHaveDuplicates().allMatch(loss -> loss > 0 && Double.isFinite(loss));
    }

    @ParameterizedTest
    @ValueSource(strings = {"conditional", "boxes"})
    void onlyTheChosenLevelsAreCompared(String region) {
        List<Double> losses = new ArrayList<>();
        for (String levels : List.of("[]", "[p3, p4, p5, p6, p7]", "[p3]", "[p5, p4]")) {
            try (Run run =
                    new Run(recipe(1, "distillation.icd.region=" + region, "distillation.icd.levels=" + levels))) {
                losses.add(run.to(1).losses.get("distillation"));
            }
        }
        assertThat(losses.get(1)).isEqualTo(losses.get(0));
        assertThat(losses.subList(1, 4)).doesNotHaveDuplicates();
    }

    @Test
    void whatDoesNotFitTheRunOrThePyramidsIsRefused() {
        assertThatThrownBy(() -> new Run(recipe(1, "distillation.icd.levels=[p3, p8]")))
                .isInstanceOf(DistillationException.class)
                .hasMessageStartingWith("distillation.icd.levels names p8, but the student has [p3, p4, p5, p6, p7]");
        assertThatThrownBy(() -> new Run(recipe(1, "distillation.icd.decoderPretraining=5")))
                .isInstanceOf(DistillationException.class)
                .hasMessage(
                        "distillation.icd.decoderPretraining is 5, the run has 5 iterations: the student would never"
                                + " learn. Set it to less, or train longer");
        assertThatThrownBy(() -> new Run(recipe(
                        1,
                        "model.pyramidChannels=4",
                        "distillation.icd.positionsOnValues=true",
                        "distillation.icd.projectPositions=false")))
                .isInstanceOf(DistillationException.class)
                .hasMessage(
                        "distillation.icd.positionsOnValues adds positions of width 8 to the student's pyramid, which"
                                + " has 4 channels: set distillation.icd.projectPositions=true, or model.pyramidChannels=8");
    }

    /** Stopped in each phase. */
    @Test
    void aRunResumesInEveryPhaseWithTheSameBits() throws IOException {
        assertResumes(recipe(
                2,
                "distillation.icd.decoderPretraining=1",
                "distillation.icd.endOfJointTraining=3",
                "distillation.icd.endIteration=4",
                "distillation.icd.temperatureEnd=3",
                "distillation.icd.slotRule=fixed",
                "distillation.icd.maxInstances=12",
                "distillation.icd.negatives=true",
                "distillation.icd.levels=[p3, p4]",
                "training.fixedBackboneUntil=3",
                "training.fixedHeadUntil=2"));
    }

    @Test
    void aRunWithoutADecoderResumesWithTheSameBits() throws IOException {
        assertResumes(recipe(1, "distillation.icd.region=activation", "distillation.icd.form=rootL2"));
    }

    /** Saved after each iteration, and gone on with from each but the last. */
    private void assertResumes(Recipe recipe) throws IOException {
        List<Path> saved = new ArrayList<>();
        try (Run run = new Run(recipe)) {
            for (int iteration = 1; iteration <= 5; iteration++) {
                saved.add(folder.resolve("whole-" + iteration + ".safetensors"));
                run.to(iteration).trainer.save(saved.get(iteration - 1));
            }
        }
        Path resumed = folder.resolve("resumed.safetensors");
        for (int stop = 1; stop < 5; stop++) {
            try (Run run = new Run(recipe)) {
                run.trainer.restore(saved.get(stop - 1), false);
                run.to(stop + 1).trainer.save(resumed);
            }
            assertThat(resumed).as("from %d", stop).hasSameBinaryContentAs(saved.get(stop));
        }
    }
}
