package dev.retort.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BarProgressTest {
    private static final List<String> LOSSES =
            Figures.losses(Map.of("classification", 1.53, "box", 0.948, "distillation", 0.25), 0.01, Double.NaN);

    private static String line(String task, long done, long total, double perSecond, int columns) {
        return new BarLine(task, done, total, perSecond, 55, false, LOSSES).text(columns);
    }

    @Test
    void at80ColumnsTheLossesAreShortAndTheBarIsLong() {
        assertThat(line("train", 10, 40, 0.2, 80))
                .isEqualTo("train  25% [######...................] 10/40, 5.0 s each, 2:30 left, loss 2.728");
        assertThat(line("train", 500, 1500, 10.2, 80))
                .isEqualTo("train  33% [########..................] 500/1500, 10.2/s, 1:38 left, loss 2.728");
    }

    @Test
    void whereThereIsRoomAllIsShown() {
        assertThat(line("train", 10, 40, 0.2, 200))
                .startsWith("train  25% [##########..............................] 10/40, 5.0 s each, 0:55 so far,"
                        + " 2:30 left, loss 2.728 (")
                .contains("classification 1.530")
                .endsWith(") learning rate 0.0100");
        assertThat(new BarLine("eval", 240, 240, 3.4, 3725, true, List.of()).text(100))
                .isEqualTo("eval 100% [########################################] 240/240, 3.4/s, took 1:02:05");
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 20, 40, 60, 80, 81, 90, 100, 120, 150, 250})
    void noLineIsAsWideAsTheTerminalAndTheBarKeepsItsLength(int columns) {
        for (long done : new long[] {0, 1, 700, 1500}) {
            for (double rate : new double[] {0, 0.02, 14.2}) {
                String line = line("evaluate student-icd", done, 1500, rate, columns);
                assertThat(line.length()).isLessThan(columns);
                if (columns >= 60) {
                    assertThat(line).containsPattern("\\[[#.]{20,40}\\] " + done + "/1500");
                }
            }
        }
    }

    @Test
    void aNoticeTakesTheBarsLineAndTheBarGoesOnBelow() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        try (Progress progress = new BarProgress("train", 0, 10, out, () -> 60, () -> 0)) {
            progress.notice("away");
        }
        List<String> lines = bytes.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines).hasSizeGreaterThanOrEqualTo(3);
        String notice = lines.stream()
                .filter(line -> line.startsWith("retort: "))
                .findFirst()
                .orElseThrow();
        // Nothing of the longer bar is left behind it.
        assertThat(notice.strip()).isEqualTo("retort: away");
        assertThat(notice.length()).isGreaterThan(40);
        assertThat(lines.get(lines.size() - 1)).startsWith("train ");
    }

    @Test
    void theFirstLineComesAtOnceAndTheLastOneEnds() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        AtomicLong now = new AtomicLong();
        try (Progress progress = new BarProgress("train", 90, 100, out, () -> 100, now::get)) {
            assertThat(bytes.toString(StandardCharsets.UTF_8))
                    .startsWith("\rtrain  90% [")
                    .contains("90/100, 0:00 so far");
            now.set(10_000_000_000L);
            progress.at(95, List.of("loss 1.5"));
            // Five steps in ten seconds; those before the start do not count.
            progress.at(100, "loss 1.4");
            now.set(20_000_000_000L);
        }
        String[] lines = bytes.toString(StandardCharsets.UTF_8).split("\r");
        assertThat(lines[lines.length - 1])
                .isEqualTo("train 100% [" + "#".repeat(40) + "] 100/100, 1.0/s, took 0:20, loss 1.4"
                        + System.lineSeparator());
    }

    @Test
    void lossesAreMeansOfTheLastTwentySteps() {
        RecentLosses recent = new RecentLosses();
        assertThat(recent.mean(Map.of("box", 3.0))).containsEntry("box", 3.0);
        assertThat(recent.mean(Map.of("box", 1.0))).containsEntry("box", 2.0);
        for (int i = 0; i < 20; i++) {
            recent.mean(Map.of("box", 5.0));
        }
        assertThat(recent.mean(Map.of("box", 25.0))).containsEntry("box", 6.0);
    }
}
