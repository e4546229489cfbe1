package dev.retort.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
    private static final int PATIENCE_SECONDS = 180;

    @TempDir
    private Path folder;

    private TinyRun run;

    @BeforeEach
    void generate() {
        run = new TinyRun(folder.resolve("data"), folder.resolve("run"));
        TinyRun.generate(run.data());
    }

    /** Starts Retort with this test's class path after a line of shell that sets the process up. */
    private Process start(String setUp, List<String> args) throws IOException {
        List<String> command = new ArrayList<>(List.of("bash", "-c", setUp + " \"$@\"", "bash"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx512m", "-XX:-UsePerfData", "--add-modules=jdk.incubator.vector", "-cp"));
        command.add(System.getProperty("java.class.path"));
        command.add(Retort.class.getName());
        command.addAll(args);
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile())
                .start();
    }

    private int end(Process process) throws InterruptedException {
        try {
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }

    private String output() throws IOException {
        return Files.readString(folder.resolve("output"));
    }

    private void awaitFirstLineOfMetrics(Process process) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!Files.exists(run.metrics()) || Files.size(run.metrics()) == 0) {
            assertThat(process.isAlive() && System.nanoTime() < deadline)
                    .as(output())
                    .isTrue();
            Thread.sleep(5);
        }
    }

    @Test
    void afterCtrlCResumeEndsWithTheSameBits() throws IOException, InterruptedException {
        // A build in the background ignores the signal, and its children would inherit that.
        Process process = start("exec env --default-signal=INT", run.command("--set", LENGTH));
        awaitFirstLineOfMetrics(process);
        new ProcessBuilder("bash", "-c", "kill -INT " + process.pid())
                .inheritIO()
                .start()
                .waitFor();
        assertThat(end(process)).as(output()).isEqualTo(130);
        assertThat(output()).containsPattern("retort: stopped at iteration \\d+ of 40; .* is there to go on from");
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
        Process process = start("ulimit -f 100; exec", run.command("--set", "training.iterations=4", "--resume"));
        assertThat(end(process)).as(output()).isEqualTo(1);
        assertThat(output().lines().filter(line -> line.startsWith("retort: ") && !line.contains("computing with")))
                .singleElement()
                .asString()
                .contains("Cannot write " + run.checkpoint(), "File too large", "iteration 2 is untouched");
        assertThat(Files.readAllBytes(run.checkpoint())).isEqualTo(saved);
        assertThat(Files.readAllBytes(run.model())).isEqualTo(model);
        try (Stream<Path> files = Files.list(run.out())) {
            assertThat(files).containsExactlyInAnyOrder(run.checkpoint(), run.model(), run.metrics(), run.recipe());
        }
    }
}
