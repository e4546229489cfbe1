package dev.retort.detection.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.detection.Detector;
import dev.retort.detection.TinyDetectors;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.DataException;
import dev.retort.detection.data.ImageInfo;
import dev.retort.detection.data.ShapesGenerator;
import dev.retort.detection.recipe.Recipe;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that fails in the middle leaves the last whole step, from which another one comes to the same end. */
class TrainingRunTest {
    private static final int NO_CHECKPOINTS = 1000;
    private static final int ACCUMULATE = 2;
    private static final String GO_ON = "go on like this";

    @TempDir
    private Path folder;

    private final Backend backend = Backends.create("auto");
    private CocoDataset dataset;

    @BeforeEach
    void generate() {
        ShapesGenerator.generate(ShapesGenerator.Settings.standard(6, 1, 1, 3), folder.resolve("shapes"));
        dataset = CocoDataset.open(folder.resolve("shapes"), "train");
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(backend.memory().liveBytes()).isZero();
        backend.close();
    }

    /** Images are read anew for every batch. */
    private static Recipe recipe(int iterations, double rate) {
        return TinyDetectors.recipe(
                "training.iterations=" + iterations,
                "training.accumulate=" + ACCUMULATE,
                "optimizer.learningRate=" + rate,
                "data.cacheMegabytes=0");
    }

    private void run(Recipe recipe, Path out, boolean resume, int every, RunListener listener) throws IOException {
        Files.createDirectories(out);
        try (Detector student = Detector.create(recipe, dataset.categories(), backend);
                Trainer trainer = new Trainer(recipe, dataset, student, List.of())) {
            TrainingRun run = new TrainingRun(trainer, student, dataset, out, GO_ON);
            if (resume) {
                run.resume(false);
            }
            assertThat(run.run(every, () -> false, listener)).isTrue();
        }
    }

    private Map<Path, byte[]> images() throws IOException {
        Map<Path, byte[]> contents = new LinkedHashMap<>();
        for (ImageInfo image : dataset.images()) {
            contents.put(dataset.file(image), Files.readAllBytes(dataset.file(image)));
        }
        return contents;
    }

    /** Every second micro-batch is the end of a step, so the first ones of a step have moved statistics when the next fails. */
    @Test
    void afterAnImageThatCannotBeReadTheLastWholeStepIsThere() throws IOException {
        Recipe recipe = recipe(8, 0.01);
        Path unbroken = folder.resolve("unbroken");
        run(recipe, unbroken, false, NO_CHECKPOINTS, step -> {});
        Map<Path, byte[]> contents = images();
        for (int broken = 0; broken < contents.size(); broken++) {
            Path out = folder.resolve("broken-" + broken);
            Path image = List.copyOf(contents.keySet()).get(broken);
            long[] done = new long[1];
            assertThatThrownBy(() -> run(recipe, out, false, NO_CHECKPOINTS, step -> {
                        done[0] = step.iteration() + 1;
                        if (step.iteration() == 1) {
                            delete(image);
                        }
                    }))
                    .isInstanceOf(RunBrokenOffException.class)
                    .hasCauseInstanceOf(DataException.class)
                    .hasMessageMatching("The run is kept: .* is of iteration [2-7] \\(" + GO_ON + "\\)")
                    .hasMessageContaining(out.resolve(TrainingRun.CHECKPOINT) + " is of iteration " + done[0] + " ");
            Files.write(image, contents.get(image));
            run(recipe, out, true, NO_CHECKPOINTS, step -> {});
            assertThat(Files.readAllBytes(out.resolve(TrainingRun.CHECKPOINT)))
                    .as("broken by " + image)
                    .isEqualTo(Files.readAllBytes(unbroken.resolve(TrainingRun.CHECKPOINT)));
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void afterLackOfMemoryTheLastWholeStepIsThere() {
        Path out = folder.resolve("run");
        assertThatThrownBy(() -> run(recipe(8, 0.01), out, false, NO_CHECKPOINTS, step -> {
                    if (step.iteration() == 4) {
                        throw new OutOfMemoryError("made up");
                    }
                }))
                .isInstanceOf(RunBrokenOffException.class)
                .hasCauseInstanceOf(OutOfMemoryError.class)
                .hasMessageContaining("is of iteration 5");
    }

    /** The checkpoint of the first steps stays: what came after them leads to a loss that is no number. */
    @Test
    void aLossThatIsNotFiniteLeavesTheEarlierCheckpoint() throws IOException {
        Path out = folder.resolve("run");
        long[] steps = new long[1];
        assertThatThrownBy(() -> run(recipe(50, 1e30), out, false, 2, step -> steps[0]++))
                .isInstanceOf(RunBrokenOffException.class)
                .hasCauseInstanceOf(TrainingException.class);
        boolean any = steps[0] >= 2;
        assertThat(Files.exists(out.resolve(TrainingRun.CHECKPOINT))).isEqualTo(any);
        if (any) {
            assertThatThrownBy(() -> run(recipe(50, 1e30), out, true, 2, step -> {}))
                    .hasMessageContaining("is of iteration " + steps[0] / 2 * 2 + " ");
        }
    }

    @Test
    void whereNothingCouldBeKeptNothingIsPromised() {
        Path out = folder.resolve("run");
        assertThatThrownBy(() -> run(recipe(8, 0.01), out, false, NO_CHECKPOINTS, step -> {
                    delete(out);
                    throw new IllegalStateException("made up");
                }))
                .isInstanceOf(RunBrokenOffException.class)
                .hasMessageStartingWith("No checkpoint of iteration 1 could be written (");
    }
}
