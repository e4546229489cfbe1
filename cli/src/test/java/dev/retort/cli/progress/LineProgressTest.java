package dev.retort.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LineProgressTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    private long now;

    private List<String> lines() {
        return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private LineProgress progress(long start, long total) {
        return new LineProgress("train", start, total, out, () -> now);
    }

    @Test
    void showsTheFirstTheLastAndOneInTenSeconds() {
        try (Progress progress = progress(0, 100)) {
            for (int done = 1; done <= 100; done++) {
                now += 250_000_000L;
                progress.at(done, "loss " + done);
            }
        }
        assertThat(lines())
                .containsExactly(
                        "train 1/100  loss 1  4.0/s, 25 s left",
                        "train 41/100  loss 41  4.0/s, 15 s left",
                        "train 81/100  loss 81  4.0/s, 5 s left",
                        "train 100/100  loss 100  4.0/s, took 25 s");
    }

    @Test
    void aNoticeHasALineOfItsOwn() {
        try (Progress progress = progress(0, 100)) {
            progress.notice("the server is away");
        }
        assertThat(lines()).containsExactly("retort: the server is away");
    }

    @Test
    void stepsBeforeAResumeDoNotCountInTheRate() {
        try (Progress progress = progress(90, 100)) {
            now += 20_000_000_000L;
            progress.at(91, "");
        }
        assertThat(lines()).containsExactly("train 91/100  20.0 s each, 3 min 0 s left");
    }

    @Test
    void workThatIsBrokenOffTellsWhere() {
        try (Progress progress = progress(0, 100)) {
            now += 1_000_000_000L;
            progress.at(1, "a");
            now += 1_000_000_000L;
            progress.at(2, "b");
        }
        assertThat(lines()).hasSize(2).last().asString().startsWith("train 2/100  b");
    }

    @Test
    void figuresAreShort() {
        Map<String, Double> losses = new TreeMap<>(Map.of("box", 0.25, "classification", 1.0));
        assertThat(Figures.losses(losses, 0.01, Double.NaN))
                .containsExactly(
                        "loss 1.250 (box 0.250, classification 1.000) learning rate 0.0100",
                        "loss 1.250 learning rate 0.0100",
                        "loss 1.250");
        assertThat(Figures.losses(Map.of("box", 0.25), 1, Double.NaN).get(0))
                .isEqualTo("loss 0.250 learning rate 1.00");
        assertThat(Figures.losses(losses, 0.01, 0.3126))
                .containsExactly(
                        "loss 1.250 (box 0.250, classification 1.000) learning rate 0.0100 AP 0.313",
                        "loss 1.250 learning rate 0.0100 AP 0.313",
                        "loss 1.250 AP 0.313");
        assertThat(Figures.duration(59.6)).isEqualTo("1 min 0 s");
        assertThat(Figures.duration(7384)).isEqualTo("2 h 3 min");
    }

    @Test
    void theBarWritesToItsStream() {
        try (Progress progress = Progress.open("train", 0, 3, out, true)) {
            progress.at(3, "loss 1.5");
        }
        assertThat(bytes.toString(StandardCharsets.UTF_8)).contains("train").contains("3/3");
    }
}
