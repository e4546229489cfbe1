package dev.retort.cli.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One run in a folder: who comes second is told by whom it is held, unless that one is gone. */
class RunFolderTest {
    @TempDir
    private Path folder;

    private Path lock() {
        return folder.resolve(RunFolder.LOCK);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    /** This machine's name, as a lock has it. */
    private String host() throws IOException {
        try (RunFolder held = RunFolder.open(folder)) {
            return Files.readString(lock()).replaceFirst("(?s).*\"host\":\"([^\"]*)\".*", "$1");
        }
    }

    private void leave(String host, long pid, Instant started) throws IOException {
        Files.writeString(lock(), "{\"host\":\"" + host + "\",\"pid\":" + pid + ",\"started\":\"" + started + "\"}");
    }

    /** Opens and closes; gives what was told on the error stream. */
    private String taken() throws IOException {
        PrintStream before = System.err;
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        System.setErr(new PrintStream(told, true, StandardCharsets.UTF_8));
        try (RunFolder held = RunFolder.open(folder)) {
            assertThat(names()).containsExactly(RunFolder.LOCK);
        } finally {
            System.setErr(before);
        }
        assertThat(names()).isEmpty();
        return told.toString(StandardCharsets.UTF_8);
    }

    private void refused(String... words) throws IOException {
        String content = Files.readString(lock());
        assertThatThrownBy(() -> RunFolder.open(folder))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll(words);
        assertThat(lock()).hasContent(content);
        assertThat(names()).containsExactly(RunFolder.LOCK);
    }

    @Test
    void theSecondIsRefusedUntilTheFirstCloses() throws IOException {
        try (RunFolder held = RunFolder.open(folder)) {
            refused(
                    folder + " is in use by another run (process "
                            + ProcessHandle.current().pid() + " on ",
                    "started 20");
        }
        assertThat(taken()).isEmpty();
    }

    @Test
    void ofManyAtOnceOneGetsIt() throws Exception {
        int many = 8;
        ExecutorService threads = Executors.newFixedThreadPool(many);
        CountDownLatch go = new CountDownLatch(1);
        List<Future<RunFolder>> tries = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            tries.add(threads.submit(() -> {
                go.await();
                try {
                    return RunFolder.open(folder);
                } catch (IllegalStateException refused) {
                    return null;
                }
            }));
        }
        go.countDown();
        List<RunFolder> got = new ArrayList<>();
        for (Future<RunFolder> attempt : tries) {
            if (attempt.get() != null) {
                got.add(attempt.get());
            }
        }
        threads.shutdown();
        assertThat(got).hasSize(1);
        got.get(0).close();
        assertThat(names()).isEmpty();
    }

    @Test
    void theLockOfAProcessThatIsGoneIsTakenOver() throws Exception {
        String host = host();
        Process gone = new ProcessBuilder("true").start();
        gone.waitFor();
        leave(host, gone.pid(), Instant.now());
        assertThat(taken()).contains(folder + " was left by a run that did not end (process " + gone.pid());
        // The number is another process's now: this one's.
        leave(host, ProcessHandle.current().pid(), Instant.parse("2001-01-01T00:00:00Z"));
        assertThat(taken()).contains("taken over");
    }

    @Test
    void whereNobodyKnowsWhetherTheOtherIsGoneTheUserIsAsked() throws IOException {
        String host = host();
        leave("another-machine", 1, Instant.now());
        refused("process 1 on another-machine", "remove " + lock());
        leave(
                host,
                ProcessHandle.current().pid(),
                ProcessHandle.current().info().startInstant().orElseThrow());
        refused("process " + ProcessHandle.current().pid());
        Files.writeString(lock(), "mine!");
        refused(lock() + " does not say by whom", "remove it");
    }

    @Test
    void whatKilledWritersLeftIsRemovedAndNothingElse() throws IOException {
        Path leftover = folder.resolve(".checkpoint.safetensors.4c0b2a66-7e4b-4f0e-9d0a-1b2c3d4e5f60.tmp");
        Path model = folder.resolve("model.safetensors");
        Path other = folder.resolve(".notes.tmp");
        for (Path file : List.of(leftover, model, other)) {
            Files.writeString(file, "x");
        }
        RunFolder.open(folder).close();
        assertThat(leftover).doesNotExist();
        assertThat(model).exists();
        assertThat(other).exists();
    }

    @Test
    void aFileIsNoFolder() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "x");
        assertThatThrownBy(() -> RunFolder.open(file)).hasMessageContaining(file + ": it is a file, not a folder");
    }
}
