package dev.retort.distill.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.retort.distill.train.StepReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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

    /** Steps of a run of 10, each of 4 pictures and half a second. */
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
                .containsExactlyInAnyOrder("iteration", "losses", "total", "rate", "seconds", "images_per_second");
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

    @Test
    void aDamagedLineIsNamed() throws IOException {
        Files.writeString(file, "{\"iteration\":0}\nnonsense\n");
        assertThatIOException().isThrownBy(() -> MetricsLog.read(file)).withMessageContaining("line 2");
    }
}
