package dev.retort.mlflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.detection.Detector;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ShapesGenerator;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.recipe.RecipeReader;
import dev.retort.detection.train.RunBrokenOffException;
import dev.retort.detection.train.RunListener;
import dev.retort.detection.train.Trainer;
import dev.retort.detection.train.TrainingRun;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole trainings, told to a server by nothing but a key of the recipe. */
@Tag("long")
class MlflowTrainingTest {
    private static final String RECIPE =
            """
            model: {depth: 18, width: 4, pyramidChannels: 8, headConvolutions: 1, anchorSizes: [16, 32, 64, 128, 256]}
            data: {shortEdges: [64], longEdge: 64, cacheMegabytes: 16}
            training: {batch: 2, iterations: 4, checkpointEvery: 2, evaluateEvery: 2, logEvery: 1}
            """;

    @TempDir
    private Path folder;

    private StandInServer server;
    private CocoDataset train;
    private CocoDataset test;

    @BeforeEach
    void start() throws IOException {
        server = new StandInServer();
        ShapesGenerator.generate(ShapesGenerator.Settings.standard(4, 1, 2, 3), folder.resolve("shapes"));
        train = CocoDataset.open(folder.resolve("shapes"), "train");
        test = CocoDataset.open(folder.resolve("shapes"), "test");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private byte[] run(String mlflow, Path out, boolean resume, BooleanSupplier stop, RunListener listener)
            throws IOException {
        Files.createDirectories(out);
        Recipe recipe = RecipeReader.parse(RECIPE, "a tiny recipe", List.of("training.mlflow=" + mlflow))
                .recipe();
        try (Backend backend = Backends.create("auto");
                Detector student = Detector.create(recipe, train.categories(), backend);
                Trainer trainer = new Trainer(recipe, train, student, List.of())) {
            TrainingRun run = new TrainingRun(trainer, student, test, out, "go on");
            if (resume) {
                assertThat(run.resume(false)).isEmpty();
            }
            return run.run(2, stop, listener) ? Files.readAllBytes(out.resolve(TrainingRun.MODEL)) : new byte[0];
        }
    }

    private String status(String run) {
        return server.runs.get(run).get("status").stringValue();
    }

    @Test
    void aRunIsStoppedGoneOnWithAndFinishedWithTheBitsOfOneThatNobodyFollowed() throws IOException {
        String address = server.address().toString();
        Path out = folder.resolve("run");
        List<String> totals = new ArrayList<>();
        RunListener listener = step -> totals.add("loss/total@" + step.iteration() + "=" + step.total());
        run(address, out, false, () -> totals.size() == 3, listener);
        assertThat(status("run1")).isEqualTo("KILLED");
        byte[] model = run(address, out, true, () -> false, listener);
        assertThat(status("run1")).isEqualTo("FINISHED");
        assertThat(server.runs).hasSize(1);
        assertThat(server.metrics.stream().filter(metric -> metric.startsWith("loss/total@")))
                .isEqualTo(totals)
                .hasSize(4);
        assertThat(server.metrics.stream().filter(metric -> metric.startsWith("evaluation/AP50@")))
                .extracting(metric -> metric.replaceAll("=.*", ""))
                .containsExactly("evaluation/AP50@1", "evaluation/AP50@3");
        byte[] alone = run("none", folder.resolve("alone"), false, () -> false, step -> {});
        // The recipe in the file's header tells of the server; the weights behind it are the same.
        assertThat(tail(model, alone.length / 2)).isEqualTo(tail(alone, alone.length / 2));
    }

    private static byte[] tail(byte[] bytes, int length) {
        return java.util.Arrays.copyOfRange(bytes, bytes.length - length, bytes.length);
    }

    @Test
    void aRunThatBreaksOffHasFailed() {
        assertThatThrownBy(() -> run(server.address().toString(), folder.resolve("run"), false, () -> false, step -> {
                    throw new IllegalStateException("no room");
                }))
                .isInstanceOf(RunBrokenOffException.class);
        assertThat(status("run1")).isEqualTo("FAILED");
    }
}
