package dev.retort.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.retort.detection.train.StepReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class MetricsLogTest {
    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve(MetricsLog.FILE);
    }

    /** Steps of a run of 10, each of 4 images and half a second. */
    private static void steps(MetricsLog log, long from, long to) throws IOException {
        for (long i = from; i < to; i++) {
            log.add(new StepReport(i, 10, Map.of("classification", 1.0 + i, "box", 0.5), 0.01, 4, 0.5));
        }
    }

    private void write(long from, long to) throws IOException {
        try (MetricsLog log = MetricsLog.open(file, 4, from)) {
            steps(log, from, to);
        }
    }

    @Test
    void aLineIsAnObjectWithTheNamesThatReadersExpect() throws IOException {
        write(0, 10);
        JsonNode line =
                JsonMapper.builder().build().readTree(Files.readAllLines(file).get(1));
        assertThat(line.propertyNames())
                .containsExactlyInAnyOrder(
                        "iteration", "losses", "total", "learning_rate", "seconds", "images_per_second");
        assertThat(line.get("iteration").asInt()).isEqualTo(4);
        assertThat(line.get("losses").get("classification").asDouble()).isEqualTo(5);
        assertThat(line.get("total").asDouble()).isEqualTo(5.5);
        assertThat(line.get("seconds").asDouble()).isEqualTo(2.5);
        assertThat(line.get("images_per_second").asDouble()).isEqualTo(8);
    }

    @Test
    void everyFourthStepAndTheLastHaveALine() throws IOException {
        write(0, 10);
        assertThat(MetricsLog.read(file)).extracting(MetricsLine::iteration).containsExactly(0L, 4L, 8L, 9L);
    }

    @Test
    void resumingRemovesWhatCameAfterTheCheckpoint() throws IOException {
        write(0, 10);
        write(5, 10);
        assertThat(MetricsLog.read(file)).extracting(MetricsLine::iteration).containsExactly(0L, 4L, 8L, 9L);
        assertThat(MetricsLog.read(file)).extracting(MetricsLine::seconds).containsExactly(0.5, 2.5, 4.5, 5.0);
    }

    /** An evaluation after step 3, another one after step 7: lines of iterations 3 and 7. */
    @Test
    void evaluationsHaveLinesOfTheirOwn() throws IOException {
        EvaluationLine first = new EvaluationLine(3, 0.25, 0.5, 0.125, true);
        EvaluationLine second = new EvaluationLine(7, 0.125, 0.25, 0, false);
        try (MetricsLog log = MetricsLog.open(file, 4, 0)) {
            steps(log, 0, 4);
            log.add(first);
            steps(log, 4, 8);
            log.add(second);
            steps(log, 8, 10);
        }
        JsonNode line =
                JsonMapper.builder().build().readTree(Files.readAllLines(file).get(1));
        assertThat(line.propertyNames()).containsExactlyInAnyOrder("iteration", "ap", "ap50", "ap75", "best");
        assertThat(line.get("ap").asDouble()).isEqualTo(0.25);
        assertThat(line.get("best").asBoolean()).isTrue();
        assertThat(MetricsLog.lines(file)).hasSize(6).contains(first, second);
        assertThat(MetricsLog.read(file)).extracting(MetricsLine::iteration).containsExactly(0L, 4L, 8L, 9L);
        // A run that goes on at iteration 4 has the first evaluation behind it, the second ahead; the time goes on as
        // well.
        try (MetricsLog log = MetricsLog.open(file, 4, 4)) {
            assertThat(MetricsLog.lines(file)).hasSize(2).contains(first);
            assertThat(log.seconds()).isEqualTo(0.5);
        }
    }

    @Test
    void aNewRunStartsWithAnEmptyFile() throws IOException {
        write(0, 10);
        write(0, 2);
        assertThat(MetricsLog.read(file)).extracting(MetricsLine::iteration).containsExactly(0L);
    }

    @Test
    void aLineCutOffByAKilledProcessIsPassedOver() throws IOException {
        write(0, 6);
        Files.writeString(file, "{\"iteration\":8,\"los", StandardOpenOption.APPEND);
        assertThat(MetricsLog.read(file)).extracting(MetricsLine::iteration).containsExactly(0L, 4L);
        write(6, 10);
        assertThat(MetricsLog.read(file)).extracting(MetricsLine::iteration).containsExactly(0L, 4L, 8L, 9L);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"iteration\":\"x\"}|has a value in 'iteration' that is missing or of another kind",
                "{\"losses\":{\"box\":[1]}}|has a value in 'losses.box'",
                "{\"losses\":{\"box\":null}}|a loss has no value",
                "[1]|is not of the expected form",
                "null|a loss has no value",
                "{\"iteration\":1} {}|it goes on behind its end",
                "{\"iteration\":1,\"ap\":\"high\"}|has a value in 'ap'",
                "{\"iteration\":1|is cut off",
                "{\"x\":[[[[[[[[[[[[1]]]]]]]]]]]]}|nesting depth"
            })
    void whatIsNoLineIsRefusedInWords(String line, String words) throws IOException {
        Files.writeString(file, "{\"iteration\":0}\n" + line + "\n");
        assertThatIOException()
                .isThrownBy(() -> MetricsLog.read(file))
                .withMessageStartingWith(file + ", line 2 is no line of metrics: ")
                .withMessageContaining(words)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("dev.retort", "java.", "JsonToken"));
    }

    @Test
    void aLineOfAnotherEncodingIsNamed() throws IOException {
        Files.write(file, "{\"iteration\":0}\n\u00fc\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThatIOException()
                .isThrownBy(() -> MetricsLog.read(file))
                .withMessageStartingWith(file + ", line 2: the byte 0xfc is not UTF-8");
    }

    @Test
    void aDamagedLineIsNamed() throws IOException {
        Files.writeString(file, "{\"iteration\":0}\nnonsense\n");
        assertThatIOException().isThrownBy(() -> MetricsLog.read(file)).withMessageContaining("line 2");
    }
}
