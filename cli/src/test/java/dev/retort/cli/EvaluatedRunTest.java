package dev.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.detection.train.TrainingRun;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code retort train} that evaluates: what it tells and leaves. {@code EvaluatedTrainingTest} of detection holds the weights. */
class EvaluatedRunTest {
    @TempDir
    private Path folder;

    private TinyRun run;

    @BeforeEach
    void generate() {
        run = new TinyRun(folder.resolve("data"), folder.resolve("run"));
        TinyRun.generate(run.data());
    }

    /** Trains four steps at most, evaluating after each, and gives what was told. */
    private String train(String... more) {
        List<String> args = new ArrayList<>(List.of(
                "--set", "training.iterations=4", "--set", "training.evaluateEvery=1", "--set", "training.patience=2"));
        args.addAll(List.of(more));
        PrintStream before = System.err;
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        System.setErr(new PrintStream(told, true, StandardCharsets.UTF_8));
        try {
            TinyRun.End end = run.train(args.toArray(String[]::new));
            assertThat(end.code()).as("" + end.errors()).isZero();
        } finally {
            System.setErr(before);
        }
        return told.toString(StandardCharsets.UTF_8);
    }

    private List<JsonNode> evaluations() throws IOException {
        JsonMapper json = JsonMapper.builder().build();
        return Files.readAllLines(run.metrics()).stream()
                .map(json::readTree)
                .filter(line -> line.has("ap"))
                .toList();
    }

    /** So few steps find nothing: AP is 0 from the first evaluation on, and after two more training ends. */
    @Test
    void patienceEndsARunAndNothingIsLeftToResume() throws IOException {
        String told = train();
        assertThat(told.lines().filter(line -> line.startsWith("train ")))
                .last()
                .asString()
                .containsPattern("^train 3/4  loss .* learning rate .* AP 0\\.000");
        assertThat(evaluations())
                .extracting(line -> line.get("iteration").asInt() + " " + line.get("best"))
                .containsExactly("0 true", "1 false", "2 false");
        assertThat(run.model()).isRegularFile();
        Path best = run.out().resolve(TrainingRun.BEST_MODEL);
        assertThat(best).isRegularFile();
        byte[] model = Files.readAllBytes(run.model());
        byte[] metrics = Files.readAllBytes(run.metrics());

        assertThat(train("--resume"))
                .contains("retort: no step is left: " + run.checkpoint()
                        + " is of iteration 3, and AP has not been better"
                        + " for as long as training.patience; the model is written as it is there");
        assertThat(Files.readAllBytes(run.model())).isEqualTo(model);
        assertThat(Files.readAllBytes(run.metrics())).isEqualTo(metrics);

        // With more patience it goes on to its end.
        assertThat(train("--resume", "--set", "training.patience=9")).doesNotContain("no step is left");
        assertThat(evaluations()).hasSize(4);
    }

    @Test
    void theSplitThatIsEvaluatedOnHasToBeThere() {
        TinyRun.End end = run.train(
                "--set", "training.iterations=2", "--set", "training.evaluateEvery=1", "--set", "data.testSplit=val");
        assertThat(end.code()).isEqualTo(1);
        assertThat(end.errors()).singleElement().asString().contains("val");
        assertThat(run.checkpoint()).doesNotExist();
    }
}
