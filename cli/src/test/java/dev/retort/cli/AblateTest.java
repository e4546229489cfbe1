package dev.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A study of trainings that are real and tiny, whole processes: killed at random or stopped, it ends as if it had not been. */
@Tag("long")
@EnabledOnOs(OS.LINUX)
class AblateTest {
    private static final int KILLS = Integer.getInteger("retort.ablate.kills", 5);
    private static final long LONGEST_MILLIS = 20_000;
    private static final long PATIENCE_MINUTES = 20;
    private static final int INTERRUPTED = 130;

    @TempDir
    private Path folder;

    private Path study;
    private int calls;

    @BeforeEach
    void writeStudy() throws IOException {
        assertThat(TinyRun.retort(
                                "data",
                                "shapes",
                                folder.resolve("data").toString(),
                                "--train",
                                "20",
                                "--val",
                                "0",
                                "--test",
                                "20")
                        .code())
                .isZero();
        Path recipe =
                Path.of("..", "recipes", "shapes-student.yaml").toAbsolutePath().normalize();
        String tiny = "training.iterations: 12, training.checkpointEvery: 2, training.batch: 2, training.logEvery: 1,"
                + " model.width: 4, model.pyramidChannels: 8, model.headConvolutions: 1";
        study = Files.writeString(
                folder.resolve("study.yaml"),
                """
                name: tiny
                base: RECIPE
                teacher: {recipe: RECIPE, seed: 1, set: {TINY}}
                seeds: [1, 2]
                common: {TINY, distillation.methods: [pkd]}
                tables:
                  methods:
                    plain: {distil: false}
                    pkd: {}
                """
                        .replace("RECIPE", recipe.toString())
                        .replace("TINY", tiny));
    }

    private RetortProcess start(Path out) throws IOException {
        calls++;
        return RetortProcess.start(
                folder.resolve("output" + calls),
                "exec",
                List.of(),
                List.of(
                        "ablate",
                        study.toString(),
                        "--data",
                        folder.resolve("data").toString(),
                        "--out",
                        out.toString(),
                        "--discard-models"));
    }

    private static int end(RetortProcess process) throws InterruptedException {
        assertThat(process.process().waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES))
                .isTrue();
        return process.process().exitValue();
    }

    private JsonNode whole(Path out) throws IOException, InterruptedException {
        RetortProcess process = start(out);
        assertThat(end(process)).as(process.text()).isZero();
        JsonNode read = JsonMapper.builder().build().readTree(Files.readString(out.resolve("study.json")));
        withoutSeconds(read);
        return read;
    }

    private static void withoutSeconds(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.remove("seconds");
        }
        node.forEach(AblateTest::withoutSeconds);
    }

    @Test
    void killedAtRandomItEndsWithTheSameStudy() throws IOException, InterruptedException {
        JsonNode undisturbed = whole(folder.resolve("undisturbed"));
        assertThat(undisturbed.at("/tables/0/rows/1/n").intValue()).isEqualTo(2);
        try (var files = Files.walk(folder.resolve("undisturbed"))) {
            assertThat(files.filter(file -> file.endsWith("model.safetensors")))
                    .singleElement()
                    .satisfies(file -> assertThat(file.getParent().getParent().endsWith("teacher"))
                            .isTrue());
        }
        Path out = folder.resolve("killed");
        Random random = new Random(1);
        int killed = 0;
        while (killed < KILLS) {
            RetortProcess process = start(out);
            if (process.process().waitFor(random.nextLong(LONGEST_MILLIS), TimeUnit.MILLISECONDS)) {
                // Ended by itself: what it made last is made again.
                remove(out.resolve("runs"));
                continue;
            }
            Optional<ProcessHandle> run = process.process().descendants().findFirst();
            if (killed % 2 == 0 && run.isPresent()) {
                run.get().destroyForcibly();
                TimeUnit.MILLISECONDS.sleep(random.nextLong(LONGEST_MILLIS / 4));
            }
            process.process().destroyForcibly().waitFor();
            killed++;
        }
        assertThat(whole(out)).isEqualTo(undisturbed);
    }

    private static void remove(Path runs) throws IOException {
        try (var results = Files.walk(runs)) {
            for (Path file :
                    results.filter(path -> path.endsWith("result.json")).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void aRequestToEndStopsAfterTheStepAndTheSameCommandGoesOn() throws IOException, InterruptedException {
        Path out = folder.resolve("stopped");
        RetortProcess process = start(out);
        Path metrics;
        do {
            TimeUnit.MILLISECONDS.sleep(100);
            metrics = metrics(out);
        } while (!Files.exists(metrics) || Files.size(metrics) == 0);
        process.process().destroy();
        assertThat(end(process)).as(process.text()).isIn(INTERRUPTED, 128 + 15);
        assertThat(process.text()).contains("stopped; the same command goes on");
        assertThat(metrics.resolveSibling("checkpoint.safetensors")).exists();
        assertThat(metrics.resolveSibling("result.json")).doesNotExist();
        whole(out);
    }

    private static Path metrics(Path out) throws IOException {
        if (!Files.exists(out.resolve("teacher"))) {
            return out.resolve("none");
        }
        try (var files = Files.walk(out)) {
            return files.filter(file -> file.endsWith("metrics.jsonl"))
                    .findFirst()
                    .orElse(out.resolve("none"));
        }
    }
}
