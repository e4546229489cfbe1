package dev.retort.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.cli.job.Interruption;
import dev.retort.cli.job.TrainingJob;
import dev.retort.detection.Detector;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ShapesGenerator;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.recipe.RecipeReader;
import dev.retort.detection.train.TrainingException;
import dev.retort.spark.tcp.JobSecret;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Training in two ranks on Spark ends with the bits of two ranks that are threads, whatever happens to executors. */
@Tag("long")
@Timeout(300)
class SparkTrainingTest {
    private static final String RECIPE =
            """
            model: {depth: 18, width: 4, pyramidChannels: 8, headConvolutions: 1, anchorSizes: [16, 32, 64, 128, 256]}
            data: {shortEdges: [64], longEdge: 64, cacheMegabytes: 16}
            optimizer: {schedule: cosine, warmupIterations: 2, warmupFactor: 0.1, learningRate: 0.01}
            training: {batch: 2, seed: 7, checkpointEvery: 3, logEvery: 1, iterations: 6}
            distillation: {icd: {startIteration: 1, heads: 2, hidden: 8}}
            """;

    @TempDir
    private static Path folder;

    private static Path data;

    @BeforeAll
    static void makeData() {
        data = folder.resolve("shapes");
        ShapesGenerator.generate(ShapesGenerator.Settings.standard(12, 1, 2, 5), data);
    }

    private static Recipe recipe(String... changes) {
        return RecipeReader.parse(RECIPE, "a tiny recipe", List.of(changes)).recipe();
    }

    private static TrainingPlan plan(Recipe recipe, Path out, boolean resume) {
        return new TrainingPlan(
                "train",
                RecipeReader.write(recipe),
                data.toString(),
                out.toString(),
                2,
                "simd",
                1_000_000,
                resume,
                Duration.ofSeconds(60),
                JobSecret.create());
    }

    /** What two threads of one JVM end with. */
    private static String threads(Recipe recipe, Path teacher) throws IOException {
        Path out = Files.createTempDirectory(folder, "threads");
        try (Backend one = Backends.create("simd");
                Backend two = Backends.create("simd");
                Interruption stop = Interruption.open()) {
            List<TrainingJob.Rank> ranks = List.of(rank(one, teacher), rank(two, teacher));
            CocoDataset dataset = CocoDataset.open(data, "train");
            new TrainingJob("train", recipe, dataset, dataset, ranks, out, "")
                    .run(TrainingJob.Start.NEW, stop, (student, distiller) -> {});
            for (TrainingJob.Rank rank : ranks) {
                rank.teacher().ifPresent(Detector::close);
            }
        }
        return digest(out);
    }

    private static TrainingJob.Rank rank(Backend backend, Path teacher) throws IOException {
        return new TrainingJob.Rank(
                backend, teacher == null ? Optional.empty() : Optional.of(Detector.load(teacher, backend)));
    }

    private static String digest(Path run) throws IOException {
        try (Backend backend = Backends.create("simd");
                Detector detector = Detector.load(run.resolve("model.safetensors"), backend)) {
            return detector.digest();
        }
    }

    @Test
    void threadsTcpAndProcessesEndAlikeAloneAndWithATeacher() throws IOException {
        String alone = threads(recipe(), null);
        Recipe sync = recipe("model.norm=sync");
        try (SparkSession spark = LocalCluster.ofThreads()) {
            TrainingStage.run(spark, plan(sync, folder.resolve("sync"), false), Optional.empty());
            assertThat(digest(folder.resolve("sync")))
                    .isEqualTo(threads(sync, null))
                    .isNotEqualTo(alone);
            TrainingStage.run(spark, plan(recipe(), folder.resolve("local"), false), Optional.empty());
            assertThat(digest(folder.resolve("local"))).isEqualTo(alone);
            assertThatThrownBy(() ->
                            TrainingStage.run(spark, plan(recipe(), folder.resolve("local"), false), Optional.empty()))
                    .isInstanceOf(TrainingException.class)
                    .hasMessageContaining("holds a run already");
        }
        Path teacher = folder.resolve("local/model.safetensors");
        Recipe distilled = recipe("training.seed=8");
        String taught = threads(distilled, teacher);
        try (SparkSession spark = LocalCluster.ofProcesses()) {
            TrainingStage.run(spark, plan(recipe(), folder.resolve("cluster"), false), Optional.empty());
            assertThat(digest(folder.resolve("cluster"))).isEqualTo(alone);
            ModelBytes bytes =
                    ModelBytes.read(teacher.toString(), spark.sparkContext().hadoopConfiguration());
            TrainingStage.run(spark, plan(distilled, folder.resolve("distilled"), false), Optional.of(bytes));
            assertThat(digest(folder.resolve("distilled"))).isEqualTo(taught);
        }
        assertThat(taught).isNotEqualTo(alone);
    }

    /** An executor is killed at three moments of a run. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void aKilledExecutorIsReplacedAndTheModelIsTheSame(int seed) throws Exception {
        Recipe recipe = recipe("training.iterations=40", "training.checkpointEvery=5");
        int moment = new SplittableRandom(seed).nextInt(3, 30);
        Path out = folder.resolve("killed" + seed);
        try (SparkSession spark = LocalCluster.ofProcesses()) {
            CompletableFuture<Void> killing = CompletableFuture.runAsync(() -> killAfter(out, moment, seed));
            TrainingStage.run(spark, plan(recipe, out, false), Optional.empty());
            killing.join();
        }
        assertThat(digest(out)).isEqualTo(threads(recipe, null));
    }

    private static void killAfter(Path out, int steps, int which) {
        Path metrics = out.resolve("metrics.jsonl");
        try {
            while (!Files.exists(metrics) || Files.readAllLines(metrics).size() < steps) {
                Thread.sleep(20);
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
        List<ProcessHandle> executors = ProcessHandle.current()
                .children()
                .filter(process -> process.info().command().orElse("").endsWith("java"))
                .toList();
        assertThat(executors).hasSizeGreaterThanOrEqualTo(2);
        executors.get(which % executors.size()).destroyForcibly();
    }

    @Test
    void whatIsWrongIsToldOnceAndNothingIsLeftRunning() throws IOException {
        try (SparkSession spark = LocalCluster.ofThreads()) {
            TrainingPlan many = new TrainingPlan(
                    "train",
                    RecipeReader.write(recipe()),
                    data.toString(),
                    folder.resolve("many").toString(),
                    3,
                    "simd",
                    1_000_000,
                    false,
                    Duration.ofSeconds(60),
                    JobSecret.create());
            assertThatThrownBy(() -> TrainingStage.run(spark, many, Optional.empty()))
                    .hasMessage(
                            "3 ranks run at once, but local[2] has 2 slots: set --master local[3], or fewer --ranks");
            Recipe wild = recipe("optimizer.learningRate=1e30");
            assertThatThrownBy(
                            () -> TrainingStage.run(spark, plan(wild, folder.resolve("wild"), false), Optional.empty()))
                    .isInstanceOf(TrainingException.class)
                    .hasMessageContaining("training has diverged");
        }
    }
}
