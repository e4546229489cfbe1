package dev.retort.mlflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ShapesGenerator;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.train.RunTracker;
import dev.retort.detection.train.RunTrackerProvider;
import dev.retort.detection.train.StepReport;
import dev.retort.detection.train.TrackedRun;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a server is told of a run, in which calls, and what becomes of figures while it is away. */
@Tag("long")
class MlflowTrackerTest {
    private static final Pace FAST = new Pace(Duration.ofMillis(20), Duration.ofMillis(40), Duration.ofSeconds(10));
    private static final int STEPS = 8;

    @TempDir
    private static Path shared;

    private static CocoDataset shapes;

    @TempDir
    private Path temporary;

    private final Backend backend = Backends.create("auto");
    private final List<String> notices = Collections.synchronizedList(new ArrayList<>());
    private StandInServer server;
    private Path folder;

    @BeforeAll
    static void generate() {
        ShapesGenerator.generate(ShapesGenerator.Settings.standard(1, 1, 1, 3), shared.resolve("shapes"));
        shapes = CocoDataset.open(shared.resolve("shapes"), "test");
    }

    @BeforeEach
    void start() throws IOException {
        server = new StandInServer();
        folder = Files.createDirectory(temporary.resolve("student-3"));
        Files.writeString(folder.resolve("recipe.yaml"), "training: {epochs: 3}\n");
        Files.writeString(folder.resolve("metrics.jsonl"), "{}\n");
    }

    @AfterEach
    void stop() {
        server.close();
        backend.close();
    }

    private MlflowTracker open(long iteration, Map<String, String> environment) throws IOException {
        Recipe recipe = Recipe.defaults().with("training.logEvery=2", "training.mlflow=" + server.address());
        return MlflowTracker.open(
                new TrackedRun(recipe, shapes, folder, iteration, backend, notices::add),
                server.address(),
                environment,
                FAST);
    }

    /** Steps from one to before another; losses are the step's number and a half. */
    private static void steps(RunTracker tracker, int from, int to) {
        for (int i = from; i < to; i++) {
            tracker.step(new StepReport(i, STEPS, Map.of("class loss: θ", i + 0.5), 0.01, 4, 2));
        }
    }

    private static void await(BooleanSupplier reached) throws InterruptedException {
        for (int i = 0; i < 500 && !reached.getAsBoolean(); i++) {
            Thread.sleep(10);
        }
        assertThat(reached.getAsBoolean()).isTrue();
    }

    private List<String> told(String name) {
        return server.metrics.stream()
                .filter(metric -> metric.startsWith(name + "@"))
                .map(metric -> metric.substring(name.length()))
                .toList();
    }

    private String status(String run) {
        return server.runs.get(run).get("status").stringValue();
    }

    @Test
    void aRunIsBegunFollowedAndFinished() throws IOException {
        MlflowTracker tracker = open(0, Map.of());
        // The client asks more than once where something is not there.
        assertThat(new LinkedHashSet<>(server.requests))
                .containsExactly(
                        "GET /api/2.0/mlflow/experiments/get-by-name?experiment_name=retort",
                        "POST /api/2.0/mlflow/experiments/create",
                        "POST /api/2.0/mlflow/runs/create",
                        "POST /api/2.0/mlflow/runs/log-batch");
        steps(tracker, 0, STEPS);
        tracker.end(RunTracker.End.COMPLETE);
        assertThat(server.runs.get("run1").get("run_name").stringValue()).isEqualTo("student-3");
        assertThat(status("run1")).isEqualTo("FINISHED");
        assertThat(server.parameters)
                .containsEntry("training.logEvery", "2")
                .containsEntry("model.kind", "retinanet")
                .containsEntry("optimizer.steps", "[0.6667,0.8889]");
        assertThat(server.tags)
                .containsEntry("retort.folder", folder.toString())
                .containsEntry("retort.device", backend.name());
        // Steps 0, 2, 4, 6 and the last.
        assertThat(told("loss/total")).containsExactly("@0=0.5", "@2=2.5", "@4=4.5", "@6=6.5", "@7=7.5");
        assertThat(told("loss/class loss_ _")).hasSize(5);
        assertThat(told("learning_rate")).endsWith("@7=0.01");
        assertThat(told("images_per_second")).endsWith("@7=2.0");
        assertThat(server.files)
                .isEqualTo(Map.of(
                        "7/run1/artifacts/recipe.yaml", "training: {epochs: 3}\n",
                        "7/run1/artifacts/metrics.jsonl", "{}\n"));
        assertThat(server.requests).endsWith("POST /api/2.0/mlflow/runs/update");
        assertThat(notices).isEmpty();
    }

    /** Sent up to step 5, killed, and gone on with from the checkpoint of 4: step 4 is not sent twice. */
    @Test
    void aResumedRunIsTheSameRunAndTellsNothingTwice() throws Exception {
        MlflowTracker killed = open(0, Map.of());
        steps(killed, 0, 4);
        killed.saved(folder.resolve("checkpoint.safetensors"));
        steps(killed, 4, 6);
        await(() -> told("loss/total").size() == 3);
        MlflowTracker tracker = open(4, Map.of());
        assertThat(server.tags).containsEntry("retort.resumed", "4");
        steps(tracker, 4, STEPS);
        tracker.end(RunTracker.End.STOPPED);
        assertThat(server.runs).hasSize(1);
        assertThat(status("run1")).isEqualTo("KILLED");
        assertThat(told("loss/total")).containsExactly("@0=0.5", "@2=2.5", "@4=4.5", "@6=6.5", "@7=7.5");
        open(STEPS, Map.of());
        assertThat(status("run1")).isEqualTo("RUNNING");
        killed.end(RunTracker.End.FAILED);
        assertThat(status("run1")).isEqualTo("FAILED");
    }

    @Test
    void aNewRunInTheSameFolderIsAnotherOne() throws IOException {
        open(0, Map.of()).end(RunTracker.End.FAILED);
        server.parameters.clear();
        open(0, Map.of()).end(RunTracker.End.COMPLETE);
        assertThat(status("run1")).isEqualTo("FAILED");
        assertThat(status("run2")).isEqualTo("FINISHED");
    }

    @Test
    void whatAnAwayServerMissesIsSentWhenItIsThereAgain() throws Exception {
        MlflowTracker tracker = open(0, Map.of());
        server.failing = true;
        steps(tracker, 0, 4);
        await(() -> !notices.isEmpty());
        assertThat(notices).singleElement().asString().contains("the server answered 503: away", "Training goes on");
        steps(tracker, 4, 6);
        server.failing = false;
        await(() -> notices.size() == 2);
        assertThat(notices.get(1)).isEqualTo("MLflow at " + server.address() + " is told of the run again");
        tracker.end(RunTracker.End.COMPLETE);
        assertThat(told("loss/total")).containsExactly("@0=0.5", "@2=2.5", "@4=4.5");
    }

    /** Away to the end of the run: the folder keeps everything, and the next resume sends it. */
    @Test
    void whatWasNotSentAtTheEndIsSentWhenTheRunIsResumed() throws Exception {
        MlflowTracker tracker = open(0, Map.of());
        server.failing = true;
        steps(tracker, 0, 6);
        tracker.end(RunTracker.End.STOPPED);
        assertThat(notices)
                .last()
                .asString()
                .contains(
                        "was not told of the run's end", "3 lines of figures wait in " + folder.resolve("mlflow.json"));
        assertThat(told("loss/total")).isEmpty();
        server.failing = false;
        MlflowTracker resumed = open(6, Map.of());
        steps(resumed, 6, STEPS);
        resumed.end(RunTracker.End.COMPLETE);
        assertThat(told("loss/total")).containsExactly("@0=0.5", "@2=2.5", "@4=4.5", "@6=6.5", "@7=7.5");
        assertThat(status("run1")).isEqualTo("FINISHED");
    }

    /** A kill while the server is away: steps after the checkpoint are taken, and told, once more. */
    @Test
    void aKillLosesNothingThatACheckpointHas() throws Exception {
        MlflowTracker killed = open(0, Map.of());
        server.failing = true;
        steps(killed, 0, 4);
        killed.saved(folder.resolve("checkpoint.safetensors"));
        steps(killed, 4, 6);
        byte[] kept = Files.readAllBytes(folder.resolve("mlflow.json"));
        killed.end(RunTracker.End.FAILED);
        Files.write(folder.resolve("mlflow.json"), kept);
        server.failing = false;
        MlflowTracker resumed = open(4, Map.of());
        steps(resumed, 4, STEPS);
        resumed.end(RunTracker.End.COMPLETE);
        assertThat(told("loss/total")).containsExactly("@0=0.5", "@2=2.5", "@4=4.5", "@6=6.5", "@7=7.5");
    }

    @Test
    void aServerThatCannotBeReachedIsToldBeforeTheFirstStep() throws Exception {
        server.close();
        assertThatThrownBy(() -> open(0, Map.of()))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("MLflow at " + server.address() + " cannot be told of this run: ")
                .hasMessageContaining("refused")
                .hasMessageEndingWith("No step was taken: put that right, or set training.mlflow to none");
        assertThat(folder.resolve("mlflow.json")).doesNotExist();
    }

    @Test
    void aServerThatNeverAnswersHoldsNobodyUp() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            URI address = URI.create("http://127.0.0.1:" + silent.getLocalPort());
            TrackedRun run = new TrackedRun(Recipe.defaults(), shapes, folder, 0, backend, notices::add);
            Pace impatient = new Pace(Duration.ofMillis(20), Duration.ofMillis(40), Duration.ofSeconds(1));
            assertThatThrownBy(() -> MlflowTracker.open(run, address, Map.of(), impatient))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("it did not answer within 1 s");
        }
    }

    @Test
    void aRunThatTheServerHasNotAnyMoreIsToldWithItsFile() throws IOException {
        open(0, Map.of()).end(RunTracker.End.STOPPED);
        server.runs.clear();
        assertThatThrownBy(() -> open(2, Map.of()))
                .hasMessageContaining("the server answered 404: Run 'run1' not found")
                .hasMessageEndingWith("remove " + folder.resolve("mlflow.json") + ", and another MLflow run is begun");
        Files.writeString(folder.resolve("mlflow.json"), "{\"server\": 3");
        assertThatThrownBy(() -> open(2, Map.of()))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(folder.resolve("mlflow.json") + " cannot be read: it is damaged");
    }

    @Test
    void credentialsAndTheExperimentsNameComeFromTheEnvironment() throws IOException {
        open(
                        0,
                        Map.of(
                                "MLFLOW_TRACKING_USERNAME", "ada",
                                "MLFLOW_TRACKING_PASSWORD", "secret",
                                "MLFLOW_EXPERIMENT_NAME", "cells, 2nd try"))
                .end(RunTracker.End.COMPLETE);
        assertThat(server.experiments).containsOnlyKeys("cells, 2nd try");
        // ada:secret
        assertThat(server.authorizations).containsOnly("Basic YWRhOnNlY3JldA==");
        server.authorizations.clear();
        server.parameters.clear();
        open(0, Map.of("MLFLOW_TRACKING_TOKEN", "abc")).end(RunTracker.End.COMPLETE);
        assertThat(server.authorizations).containsOnly("Bearer abc");
    }

    @Test
    void filesThatTheServerDoesNotTakeAreTold() throws IOException {
        server.artifacts = "s3://bucket/7/";
        open(0, Map.of()).end(RunTracker.End.COMPLETE);
        assertThat(server.files).isEmpty();
        assertThat(status("run1")).isEqualTo("FINISHED");
        assertThat(notices).singleElement().asString().contains("s3://bucket/7/run1/artifacts", "recipe.yaml");
    }

    @Test
    void manyFiguresGoInBatchesOfAThousandAndTheOldestOfTooManyAreCounted() {
        Outbox outbox = new Outbox(new SentSteps(-1, 7));
        outbox.add(new Figures(true, 7, 1, Map.of("a", 1.0)));
        assertThat(outbox.unsent()).isEmpty();
        for (int i = 0; i < 50_010; i++) {
            outbox.add(new Figures(false, i, 1, Map.of("a", 1.0, "b", 2.0, "c", 3.0)));
        }
        assertThat(outbox.unsent()).hasSize(50_000);
        assertThat(outbox.lost()).isEqualTo(10);
        List<Figures> batch = outbox.oldest(1000);
        assertThat(batch).hasSize(333).first().satisfies(first -> assertThat(first.step())
                .isEqualTo(10));
        outbox.sent(batch);
        assertThat(outbox.unsent()).hasSize(50_000 - 333);
        assertThat(outbox.unsent().get(0).step()).isEqualTo(343);
        assertThat(outbox.oldest(1)).hasSize(1);
    }

    @Test
    void aLongValueIsCutOff() {
        assertThat(RecipeParameters.bounded("x".repeat(500))).hasSize(500).doesNotContain(".");
        assertThat(RecipeParameters.bounded("x".repeat(501))).hasSize(500).endsWith("x...");
    }

    @Test
    void theModuleIsFoundByItsServiceFile() {
        assertThat(ServiceLoader.load(RunTrackerProvider.class).stream()
                        .map(provider -> provider.get().key()))
                .contains("training.mlflow", "training.tensorboard");
    }
}
