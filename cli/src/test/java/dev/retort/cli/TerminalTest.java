package dev.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.retort.cli.job.RunFolder;
import dev.retort.cli.report.Summary;
import dev.retort.detection.train.TrainingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ctrl-C as people press it: its character is typed at a terminal of 80 columns, whose driver makes the signal of it. The
 * command ends with 130 and one message. Skipped where there is no {@code script}, unless {@code -Dretort.require=terminal}.
 */
@EnabledOnOs(OS.LINUX)
@Tag("smoke")
class TerminalTest {
    private static final int CTRL_C = 3;
    private static final int COLUMNS = 80;
    private static final int TEST_IMAGES = 400;
    /** A bar, some of whose work is done. */
    private static final String RUNNING = " \\[[#.]{20,40}\\] [1-9]\\d*/";

    @TempDir
    private Path folder;

    private TinyRun run;

    @BeforeEach
    void generate() {
        boolean required =
                List.of(System.getProperty("retort.require", "").split(",")).contains("terminal");
        assumeTrue(
                required || Files.isExecutable(Path.of("/usr/bin/script")),
                "skipped: there is no 'script' to make a terminal with (Debian, Ubuntu: apt-get install bsdutils)");
        run = new TinyRun(folder.resolve("data"), folder.resolve("run"));
        TinyRun.End end = TinyRun.retort(
                "data", "shapes", run.data().toString(), "--train", "2", "--val", "0", "--test", "" + TEST_IMAGES);
        assertThat(end.code()).as("" + end.errors()).isZero();
    }

    /** Types Ctrl-C once the output shows {@code running}; gives the output, whose lines all fit the terminal. */
    private String interrupted(String running, List<String> args) throws IOException, InterruptedException {
        RetortProcess process = RetortProcess.onTerminal(folder.resolve("output"), COLUMNS, args);
        Pattern pattern = Pattern.compile(running);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(RetortProcess.PATIENCE_SECONDS);
        while (!pattern.matcher(process.text()).find()) {
            assertThat(process.process().isAlive() && System.nanoTime() < deadline)
                    .as(process.text())
                    .isTrue();
            Thread.sleep(20);
        }
        process.process().getOutputStream().write(CTRL_C);
        process.process().getOutputStream().flush();
        assertThat(process.end()).as(process.text()).isEqualTo(130);
        String text = process.text();
        // The terminal itself shows what is typed.
        assertThat(text.replace("^C", "").split("[\\r\\n]+"))
                .filteredOn(line -> line.contains("% ["))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line.length()).isLessThan(COLUMNS))
                .allSatisfy(line -> assertThat(line).containsPattern("% \\[[#.]{20,40}\\] \\d+/\\d+"));
        return text;
    }

    /** The one message, which begins its line. */
    private static void told(String text, String message) {
        assertThat(text.lines().filter(line -> line.startsWith("retort: ") && line.contains("stopped")))
                .as(text)
                .singleElement()
                .asString()
                .containsPattern(message);
    }

    private static void left(Path run) {
        assertThat(run.resolve(TrainingRun.CHECKPOINT)).isRegularFile();
        assertThat(run.resolve(TrainingRun.MODEL)).doesNotExist();
        assertThat(run.resolve(RunFolder.LOCK)).doesNotExist();
    }

    @Test
    void trainStopsAndGoesOn() throws IOException, InterruptedException {
        String length = "training.iterations=100000";
        String text = interrupted("train" + ".*" + RUNNING, run.command("--set", length));
        told(
                text,
                "stopped at iteration \\d+ of 100000; " + run.checkpoint()
                        + " is there to go on from \\(add --resume\\)");
        left(run.out());
        int done = Integer.parseInt(text.replaceFirst("(?s).*stopped at iteration (\\d+).*", "$1"));
        assertThat(run.train("--resume", "--set", "training.iterations=" + (done + 2))
                        .code())
                .isZero();
        assertThat(run.model()).isRegularFile();
    }

    @Test
    void distillStops() throws IOException, InterruptedException {
        assertThat(run.train("--set", "training.iterations=1").code()).isZero();
        TinyRun student = new TinyRun(run.data(), folder.resolve("student"));
        List<String> args = new ArrayList<>(student.command("--set", "training.iterations=100000"));
        args.set(0, "distill");
        args.addAll(List.of("--teacher", run.model().toString(), "--set", "distillation.icd.hidden=8"));
        String text = interrupted("distill" + ".*" + RUNNING, args);
        told(text, "stopped at iteration \\d+ of 100000; " + student.checkpoint() + " is there to go on from");
        left(student.out());
    }

    @Test
    void demoStops() throws IOException, InterruptedException {
        Path demo = folder.resolve("demo");
        String text = interrupted(
                "teacher" + ".*" + RUNNING,
                List.of("demo", "--out", demo.toString(), "--train", "6", "--test", "3", "--set", "training.batch=2"));
        Path teacher = demo.resolve(Summary.TEACHER);
        told(text, "stopped at iteration \\d+ of 1500; .* is there to go on from \\(the same command goes on\\)");
        left(teacher);
        assertThat(demo.resolve(RunFolder.LOCK)).doesNotExist();
    }

    @Test
    void evalStops() throws IOException, InterruptedException {
        assertThat(run.train("--set", "training.iterations=1").code()).isZero();
        Path found = folder.resolve("found.json");
        String text = interrupted(
                "eval" + ".*" + RUNNING,
                List.of(
                        "eval",
                        run.model().toString(),
                        "--data",
                        run.data().toString(),
                        "--save-detections",
                        found.toString()));
        told(text, "eval stopped after \\d+ of " + TEST_IMAGES + " images; nothing was written");
        assertThat(found).doesNotExist();
    }
}
