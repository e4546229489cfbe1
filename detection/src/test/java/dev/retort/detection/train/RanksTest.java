package dev.retort.detection.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;

import dev.retort.detection.Detector;
import dev.retort.detection.TinyDetectors;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ImageInfo;
import dev.retort.detection.data.ShapesGenerator;
import dev.retort.detection.recipe.Recipe;
import dev.retort.nn.parallel.Communicator;
import dev.retort.nn.parallel.PeerException;
import dev.retort.nn.parallel.ThreadRanks;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.io.SafeTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Several ranks end with the bits of one that accumulates as many micro-batches. */
@Timeout(120)
class RanksTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int STEPS = 2;
    private static final String FROZEN = "model.norm=frozen";
    private static final String BATCH = "model.norm=batch";
    private static final String SYNC = "model.norm=sync";

    @TempDir
    static Path folder;

    private static CocoDataset dataset;

    @BeforeAll
    static void generate() {
        ShapesGenerator.generate(ShapesGenerator.Settings.standard(9, 1, 1, 3), folder.resolve("shapes"));
        dataset = CocoDataset.open(folder.resolve("shapes"), "train");
    }

    /** Everything that a step does is on: clipping by the norm of all gradients, an average of weights, both kinds of decay. */
    private static Recipe recipe(int accumulate, String... settings) {
        List<String> all = new ArrayList<>(List.of(
                "training.iterations=" + STEPS,
                "training.accumulate=" + accumulate,
                "training.averageDecay=0.9",
                "optimizer.clipValue=0",
                "optimizer.clipNorm=1"));
        all.addAll(List.of(settings));
        return TinyDetectors.recipe(all.toArray(String[]::new));
    }

    /** What is done with each rank's trainer. */
    private interface Run {
        void of(Trainer trainer) throws IOException;
    }

    /** Trains in one rank; the recipe's settings are each rank's own. */
    private static void train(Recipe recipe, Communicator ranks, Run leader) throws IOException {
        try (Backend backend = Backends.create("simd")) {
            try (Detector student = Detector.create(recipe, dataset.categories(), backend);
                    Trainer trainer = new Trainer(recipe, dataset, student, List.of(), ranks)) {
                if (ranks.rank() == 0) {
                    leader.of(trainer);
                } else {
                    trainer.follow();
                }
            }
            assertThat(backend.memory().liveBytes()).isZero();
        }
    }

    /** A checkpoint of a run, and what the run said. */
    private record End(Map<String, int[]> bits, Map<String, String> metadata, List<Map<String, Double>> losses) {
        static End of(Path file, List<Map<String, Double>> losses) throws IOException {
            try (SafeTensors source = SafeTensors.open(file)) {
                Map<String, int[]> bits = new LinkedHashMap<>();
                for (SafeTensors.Entry entry : source.entries().values()) {
                    float[] values = entry.shape().rank() == 0 && entry.name().contains(".steps.")
                            ? new float[] {entry.toLongs()[0]}
                            : entry.toFloats();
                    int[] raw = new int[values.length];
                    Arrays.setAll(raw, i -> Float.floatToRawIntBits(values[i]));
                    bits.put(entry.name(), raw);
                }
                Map<String, String> metadata = new LinkedHashMap<>(source.metadata());
                // They tell how many micro-batches each rank has, and how many ranks there are.
                metadata.keySet().removeAll(List.of("recipe", "ranks", SafeTensors.SEAL));
                return new End(bits, metadata, losses);
            }
        }

        void requireSame(End other, boolean statistics) {
            assertThat(other.losses).isEqualTo(losses);
            assertThat(other.metadata).isEqualTo(metadata).containsKeys("iteration");
            assertThat(other.bits.keySet()).isEqualTo(bits.keySet());
            bits.forEach((name, values) -> {
                if (statistics || !name.contains(".running_")) {
                    assertThat(other.bits.get(name)).as(name).isEqualTo(values);
                }
            });
        }
    }

    private static List<Map<String, Double>> steps(Trainer trainer, long until) {
        List<Map<String, Double>> losses = new ArrayList<>();
        while (trainer.iteration() < until) {
            StepReport report = trainer.step();
            losses.add(report.losses());
            assertThat(report.images()).isEqualTo(8);
        }
        return losses;
    }

    private static End end(int size, Recipe recipe) {
        Path file = folder.resolve("end.safetensors");
        List<Map<String, Double>> losses = new ArrayList<>();
        End[] end = new End[1];
        run(size, recipe, trainer -> {
            losses.addAll(steps(trainer, STEPS));
            trainer.save(file);
            end[0] = End.of(file, losses);
        });
        return end[0];
    }

    private static void run(int size, Recipe recipe, Run leader) {
        assertThat(catchThrowable(() -> ThreadRanks.run(size, TIMEOUT, ranks -> train(recipe, ranks, leader))))
                .isNull();
    }

    private static void requireBitsOfOneRank(String kind, String optimizer, String settings, int... sizes) {
        Recipe recipe = recipe(4, "optimizer.kind=" + optimizer, FROZEN)
                .with(("model.kind=" + kind + " " + settings).split(" "));
        End one = end(1, recipe);
        assertThat(one.losses().get(0)).isNotEqualTo(one.losses().get(1));
        for (int size : sizes) {
            end(size, recipe.with("training.accumulate=" + 4 / size)).requireSame(one, true);
        }
    }

    @ParameterizedTest
    @CsvSource({"retinanet,sgd,model.pyramidChannels=8,4", "fcos,adamw,model.headNorm=none,2"})
    void ranksEndWithTheBitsOfOneThatAccumulates(String kind, String optimizer, String setting, int size) {
        requireBitsOfOneRank(kind, optimizer, setting, size);
    }

    @ParameterizedTest
    @CsvSource({
        "retinanet,adamw,model.pyramidChannels=8",
        "fcos,sgd,model.headNorm=none",
        "fcos,sgd,model.headNorm=none model.variant=detectron2"
    })
    @Tag("long")
    void twoAndFourRanksDoSoInEveryForm(String kind, String optimizer, String setting) {
        requireBitsOfOneRank(kind, optimizer, setting, 2, 4);
    }

    /** Of three ranks no share is a power of two. */
    @Test
    @Tag("long")
    void threeRanksToo() {
        Recipe recipe = recipe(1, FROZEN, "training.batch=2");
        List<List<Map<String, Double>>> losses = new ArrayList<>();
        for (int size : new int[] {1, 3}) {
            run(size, recipe.with("training.accumulate=" + 3 / size), trainer -> {
                losses.add(List.of(
                        trainer.step().losses(),
                        trainer.step().losses(),
                        trainer.step().losses()));
            });
        }
        assertThat(losses.get(1)).isEqualTo(losses.get(0));
    }

    /** Batch norm normalizes by the micro-batch: weights are the same, running statistics are those of rank 0's images. */
    @Test
    @Tag("long")
    void withBatchNormOnlyRunningStatisticsDiffer() {
        End one = end(1, recipe(4, BATCH));
        End ranks = end(4, recipe(1, BATCH));
        ranks.requireSame(one, false);
        String mean = "model.backbone.bottom_up.stem.conv1.norm.running_mean";
        assertThat(one.bits()).containsKey(mean);
        assertThat(ranks.bits().get(mean)).isNotEqualTo(one.bits().get(mean));
    }

    /** What each rank's network holds after some steps. */
    private static List<Map<String, float[]>> states(int size, int steps, Recipe recipe) {
        List<Map<String, float[]>> states = new ArrayList<>(Collections.nCopies(size, Map.of()));
        assertThat(catchThrowable(() -> ThreadRanks.run(size, TIMEOUT, ranks -> {
                    try (Backend backend = Backends.create("simd");
                            Detector student = Detector.create(recipe, dataset.categories(), backend)) {
                        try (Trainer trainer = new Trainer(recipe, dataset, student, List.of(), ranks)) {
                            if (ranks.rank() == 0) {
                                steps(trainer, steps);
                            } else {
                                trainer.follow();
                            }
                        }
                        Map<String, float[]> state = new LinkedHashMap<>();
                        student.network().state().forEach((name, tensor) -> state.put(name, tensor.toFloats()));
                        states.set(ranks.rank(), state);
                    }
                })))
                .isNull();
        return states;
    }

    /** Two ranks with 4 images each know of them what one rank with all 8 does. */
    @Test
    void syncNormsFollowTheImagesOfAllRanks() {
        Recipe recipe = recipe(1, "data.flip=0", "training.averageDecay=0");
        Map<String, float[]> whole =
                states(1, 1, recipe.with(BATCH, "training.batch=8")).get(0);
        Map<String, float[]> ranks =
                states(2, 1, recipe.with(SYNC, "training.batch=4")).get(0);
        assertThat(ranks.keySet()).isEqualTo(whole.keySet());
        whole.forEach((name, values) -> {
            if (name.contains(".running_")) {
                assertThat(ranks.get(name)).as(name).containsExactly(values, within(2e-5f));
            }
        });
        assertThat(whole.keySet()).anyMatch(name -> name.endsWith(".running_var"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void withSyncNormsAllRanksHoldTheSame(boolean recomputed) {
        List<Map<String, float[]>> states = states(2, STEPS, recipe(2, SYNC, "training.recomputeBlocks=" + recomputed));
        states.get(0)
                .forEach((name, values) ->
                        assertThat(states.get(1).get(name)).as(name).isEqualTo(values));
    }

    @Test
    void aRunInRanksResumes() throws IOException {
        requireSameAfterResuming(2, FROZEN);
    }

    @Test
    void aRunInRanksWithSyncNormsResumes() throws IOException {
        requireSameAfterResuming(2, SYNC);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    @Tag("long")
    void aRunInRanksResumesInAnotherNumberOfThem(int size) throws IOException {
        requireSameAfterResuming(size, FROZEN);
    }

    /** Its norms have the images of a micro-batch of each of four ranks then, and it is told. */
    @Test
    @Tag("long")
    void aRunWithSyncNormsGoesOnInAnotherNumberOfRanks() {
        Path stopped = folder.resolve("stopped-sync.safetensors");
        run(2, recipe(2, SYNC), trainer -> {
            steps(trainer, 1);
            trainer.save(stopped);
        });
        run(4, recipe(1, SYNC), trainer -> {
            assertThat(trainer.restore(stopped, false).notices())
                    .contains("goes on with what has changed since: ranks: 2 in the checkpoint, 4 now");
            assertThat(steps(trainer, STEPS)).hasSize(1);
        });
    }

    private static void requireSameAfterResuming(int size, String norm) throws IOException {
        Recipe recipe = recipe(2, norm);
        Path stopped = folder.resolve("stopped.safetensors");
        Path file = folder.resolve("resumed.safetensors");
        End whole = end(2, recipe);
        run(2, recipe, trainer -> {
            steps(trainer, 1);
            trainer.save(stopped);
        });
        run(size, recipe(4 / size, norm), trainer -> {
            List<String> notices = trainer.restore(stopped, false).notices();
            if (size == 2) {
                assertThat(notices).isEmpty();
            } else {
                assertThat(notices)
                        .contains("goes on with what has changed since: ranks: 2 in the checkpoint, " + size + " now");
            }
            List<Map<String, Double>> losses = new ArrayList<>(whole.losses().subList(0, 1));
            losses.addAll(steps(trainer, STEPS));
            trainer.save(file);
            End.of(file, losses).requireSame(whole, true);
        });
    }

    /** Rank 0 goes back in the middle of a run, and takes the others along. */
    @Test
    @Tag("long")
    void ranksFollowARestoredTrainer() {
        Recipe recipe = recipe(2, FROZEN);
        End whole = end(2, recipe);
        Path first = folder.resolve("first.safetensors");
        Path file = folder.resolve("again.safetensors");
        run(2, recipe, trainer -> {
            List<Map<String, Double>> losses = steps(trainer, 1);
            trainer.save(first);
            steps(trainer, STEPS);
            trainer.restore(first, false);
            losses.addAll(steps(trainer, STEPS));
            trainer.save(file);
            End.of(file, losses).requireSame(whole, true);
        });
    }

    /** Rank 1 begins with other weights, and takes rank 0's. */
    @Test
    @Tag("long")
    void weightsAreRankZeros() {
        Recipe recipe = recipe(2, FROZEN);
        End expected = end(2, recipe);
        Path file = folder.resolve("weights.safetensors");
        assertThat(catchThrowable(() -> ThreadRanks.run(2, TIMEOUT, ranks -> {
                    try (Backend backend = Backends.create("simd");
                            Detector student = Detector.create(recipe, dataset.categories(), backend)) {
                        if (ranks.rank() == 1) {
                            student.network().parameters().values().forEach(parameter -> {
                                backend.axpy(parameter.data(), 0.5, parameter.data());
                            });
                        }
                        try (Trainer trainer = new Trainer(recipe, dataset, student, List.of(), ranks)) {
                            if (ranks.rank() == 0) {
                                List<Map<String, Double>> losses = steps(trainer, STEPS);
                                trainer.save(file);
                                End.of(file, losses).requireSame(expected, true);
                            } else {
                                trainer.follow();
                            }
                        }
                    }
                })))
                .isNull();
    }

    @Test
    void ranksThatTrainSomethingElseAreRefusedInEveryRank() {
        Throwable[] seen = new Throwable[2];
        catchThrowable(() -> ThreadRanks.run(2, TIMEOUT, ranks -> {
            Recipe recipe = ranks.rank() == 0 ? recipe(2) : recipe(2, "optimizer.learningRate=0.5");
            seen[ranks.rank()] = catchThrowable(() -> train(recipe, ranks, Trainer::step));
        }));
        assertThat(seen).allSatisfy(refusal -> assertThat(refusal)
                .isInstanceOf(TrainingException.class)
                .hasMessage("Rank 1 on localhost has another recipe than rank 0 on localhost: start all ranks with the"
                        + " same"));
    }

    /** Every rank sees every rank's losses, so all of them refuse the step by themselves. */
    @Test
    void aLossThatIsNotFiniteIsTheSameInEveryRank() {
        Recipe recipe = recipe(1, "optimizer.learningRate=1e30", "training.iterations=50");
        Throwable[] seen = new Throwable[2];
        catchThrowable(() -> ThreadRanks.run(2, TIMEOUT, ranks -> {
            seen[ranks.rank()] = catchThrowable(() -> train(recipe, ranks, trainer -> {
                while (trainer.iteration() < 50) {
                    trainer.step();
                }
            }));
        }));
        assertThat(seen[0]).isInstanceOf(DivergedException.class);
        assertThat(seen[1]).isInstanceOf(DivergedException.class).hasMessage(seen[0].getMessage());
    }

    /** Rank 1 cannot read an image: rank 0 keeps the last whole step, and says whose fault it is. */
    @Test
    void aRankThatFailsLeavesACheckpoint() throws IOException {
        Path own = folder.resolve("broken");
        ShapesGenerator.generate(ShapesGenerator.Settings.standard(9, 1, 1, 3), own.resolve("shapes"));
        CocoDataset broken = CocoDataset.open(own.resolve("shapes"), "train");
        Recipe recipe = recipe(1, BATCH, "training.iterations=50", "data.cacheMegabytes=0");
        Path out = Files.createDirectories(own.resolve("out"));
        Throwable thrown = catchThrowable(() -> ThreadRanks.run(2, TIMEOUT, ranks -> {
            CocoDataset read = ranks.rank() == 0 ? dataset : broken;
            try (Backend backend = Backends.create("simd");
                    Detector student = Detector.create(recipe, dataset.categories(), backend);
                    Trainer trainer = new Trainer(recipe, read, student, List.of(), ranks)) {
                if (ranks.rank() != 0) {
                    trainer.follow();
                } else {
                    new TrainingRun(trainer, student, dataset, out, "go on").run(1000, () -> false, step -> {
                        if (step.iteration() == 2) {
                            delete(broken);
                        }
                    });
                }
            }
        }));
        assertThat(thrown)
                .isInstanceOf(RunBrokenOffException.class)
                .hasMessageContaining(out.resolve(TrainingRun.CHECKPOINT) + " is of iteration ")
                .hasCauseInstanceOf(PeerException.class);
        assertThat(thrown.getCause()).hasMessageStartingWith("Rank 1 on localhost failed: ");
        assertThat(out.resolve(TrainingRun.CHECKPOINT)).isRegularFile();
    }

    private static void delete(CocoDataset broken) {
        for (ImageInfo image : broken.images()) {
            try {
                Files.delete(broken.file(image));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    void onlyRankZeroLeads() {
        assertThat(catchThrowable(() -> ThreadRanks.run(
                        2,
                        TIMEOUT,
                        ranks -> train(recipe(1), ranks, trainer -> {
                            assertThatThrownBy(trainer::follow).hasMessageContaining("step()");
                        }))))
                .isNull();
        assertThat(Trainer.iterations(recipe(1, "training.iterations=0", "training.epochs=4"), dataset, 3))
                .isEqualTo(6);
    }
}
