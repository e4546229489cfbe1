package dev.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A run in a process of its own that is ended from outside: by Ctrl-C, and by a disk that takes no more. */
@EnabledOnOs(OS.LINUX)
class StoppedRunTest {
    private static final String LENGTH = "training.iterations=40";

    @TempDir
    private Path folder;

    private TinyRun run;

    @BeforeEach
    void generate() {
        run = new TinyRun(folder.resolve("data"), folder.resolve("run"));
        TinyRun.generate(run.data());
    }

    private RetortProcess start(String setUp, List<String> args) throws IOException {
        return RetortProcess.start(folder.resolve("output"), setUp, List.of(), args);
    }

    private void awaitFirstLineOfMetrics(RetortProcess process) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(RetortProcess.PATIENCE_SECONDS);
        while (!Files.exists(run.metrics()) || Files.size(run.metrics()) == 0) {
            assertThat(process.process().isAlive() && System.nanoTime() < deadline)
                    .as(process.text())
                    .isTrue();
            Thread.sleep(5);
        }
    }

    @Test
    void afterCtrlCResumeEndsWithTheSameBits() throws IOException, InterruptedException {
        // A build in the background ignores the signal, and its children would inherit that.
        RetortProcess process = start("exec env --default-signal=INT", run.command("--set", LENGTH));
        awaitFirstLineOfMetrics(process);
        new ProcessBuilder("bash", "-c", "kill -INT " + process.process().pid())
                .inheritIO()
                .start()
                .waitFor();
        assertThat(process.end()).as(process.text()).isEqualTo(130);
        assertThat(process.text())
                .containsPattern("retort: stopped at iteration \\d+ of 40; .* is there to go on from");
        assertThat(run.model()).doesNotExist();

        assertThat(run.train("--set", LENGTH, "--resume").code()).isZero();
        TinyRun unbroken = new TinyRun(run.data(), folder.resolve("unbroken"));
        assertThat(unbroken.train("--set", LENGTH).code()).isZero();
        assertThat(Files.readAllBytes(run.model())).isEqualTo(Files.readAllBytes(unbroken.model()));
        assertThat(Files.readAllBytes(run.checkpoint())).isEqualTo(Files.readAllBytes(unbroken.checkpoint()));
    }

    /** A limit on the size of files stands for the full disk: in the middle of the checkpoint, a write fails. */
    @Test
    void aDiskThatTakesNoMoreLeavesTheOldCheckpoint() throws IOException, InterruptedException {
        assertThat(run.train("--set", "training.iterations=2").code()).isZero();
        byte[] saved = Files.readAllBytes(run.checkpoint());
        byte[] model = Files.readAllBytes(run.model());
        assertThat(saved.length).isGreaterThan(200 * 1024);
        RetortProcess process = start("ulimit -f 100; exec", run.command("--set", "training.iterations=4", "--resume"));
        assertThat(process.end()).as(process.text()).isEqualTo(1);
        assertThat(process.text()
                        .lines()
                        .filter(line -> line.startsWith("retort: ")
                                && !line.contains("computing with")
                                && !line.contains("goes on with what has changed")))
                .singleElement()
                .asString()
                .contains("Cannot write " + run.checkpoint(), "File too large", "iteration 2 is untouched");
        assertThat(Files.readAllBytes(run.checkpoint())).isEqualTo(saved);
        assertThat(Files.readAllBytes(run.model())).isEqualTo(model);
        try (Stream<Path> files = Files.list(run.out())) {
            assertThat(files).containsExactlyInAnyOrder(run.checkpoint(), run.model(), run.metrics(), run.recipe());
        }
    }

    /** Its lock and an unfinished file stay; the next run finds its process gone and removes both. */
    @Test
    void aSecondRunIsRefusedUntilTheFirstIsGone() throws IOException, InterruptedException {
        String[] options = {"--set", "training.iterations=100000", "--set", "training.checkpointEvery=1"};
        RetortProcess process = start("exec", run.command(options));
        awaitFirstLineOfMetrics(process);
        byte[] recipe = Files.readAllBytes(run.recipe());
        TinyRun.End second = run.train("--set", LENGTH);
        assertThat(second.code()).isEqualTo(1);
        assertThat(second.errors())
                .singleElement()
                .asString()
                .startsWith("retort: " + run.out() + " is in use by another run (process "
                        + process.process().pid() + " on ");
        assertThat(Files.readAllBytes(run.recipe())).isEqualTo(recipe);
        while (!Files.exists(run.checkpoint())) {
            Thread.sleep(5);
        }
        process.process().destroyForcibly().waitFor();
        Path unfinished = run.out().resolve(".checkpoint.safetensors.4c0b2a66-7e4b-4f0e-9d0a-1b2c3d4e5f60.tmp");
        Files.writeString(unfinished, "cut off");

        assertThat(run.train("--set", "training.iterations=1", "--resume").code())
                .isZero();
        try (Stream<Path> files = Files.list(run.out())) {
            assertThat(files).containsExactlyInAnyOrder(run.checkpoint(), run.model(), run.metrics(), run.recipe());
        }
    }
}
