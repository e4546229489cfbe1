package dev.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many short trainings, two at once, every second one killed at a random moment and resumed: none may end by a crash of the JVM, and all
 * end with the same model. {@code -Dretort.soak.runs=500} for more.
 */
@Tag("long")
@EnabledOnOs(OS.LINUX)
class TrainingSoakTest {
    private static final int RUNS = Integer.getInteger("retort.soak.runs", 20);
    private static final int AT_ONCE = 2;
    private static final long LONGEST_MILLIS = 6000;
    private static final int KILLED = 128 + 9;

    @TempDir
    private Path folder;

    @Test
    void noneCrashesAndAllEndTheSame() throws InterruptedException, ExecutionException, IOException {
        Path data = folder.resolve("data");
        TinyRun.generate(data);
        List<TinyRun> runs = IntStream.range(0, RUNS)
                .mapToObj(i -> new TinyRun(data, folder.resolve("run" + i)))
                .toList();
        ExecutorService workers = Executors.newFixedThreadPool(AT_ONCE);
        List<Future<List<Integer>>> ends = new ArrayList<>();
        for (int i = 0; i < RUNS; i++) {
            TinyRun run = runs.get(i);
            int number = i;
            ends.add(workers.submit(
                    () -> number % 2 == 0 ? List.of(train(run)) : List.of(kill(run, number), train(run))));
        }
        workers.shutdown();
        Map<Integer, Integer> codes = new TreeMap<>();
        for (Future<List<Integer>> end : ends) {
            end.get().forEach(code -> codes.merge(code, 1, Integer::sum));
        }
        System.out.println(RUNS + " trainings, how many ended with which exit code: " + codes);
        assertThat(codes.keySet()).isSubsetOf(0, KILLED);
        byte[] first = Files.readAllBytes(runs.get(0).model());
        for (TinyRun run : runs) {
            assertThat(Files.readAllBytes(run.model())).isEqualTo(first);
        }
    }

    private static int kill(TinyRun run, int seed) throws IOException, InterruptedException {
        RetortProcess process = start(run);
        long millis = new Random(seed).nextLong(LONGEST_MILLIS);
        if (!process.process().waitFor(millis, TimeUnit.MILLISECONDS)) {
            process.process().destroyForcibly();
        }
        return process.end();
    }

    /** To the end, from where a killed process was. */
    private static int train(TinyRun run) throws IOException, InterruptedException {
        if (Files.exists(run.model())) {
            return 0;
        }
        RetortProcess process;
        if (Files.exists(run.checkpoint())) {
            process = start(run, "--resume");
        } else {
            // Killed before there was anything to go on from.
            for (Path file : List.of(run.metrics(), run.recipe())) {
                Files.deleteIfExists(file);
            }
            process = start(run);
        }
        int code = process.end();
        assertThat(code).as(process.text()).isZero();
        return code;
    }

    private static RetortProcess start(TinyRun run, String... more) throws IOException {
        List<String> args = new ArrayList<>(run.command(more));
        args.addAll(List.of("--set", "training.iterations=12", "--set", "training.checkpointEvery=2"));
        Path output = run.out().resolveSibling(run.out().getFileName() + "-output");
        return RetortProcess.start(output, "exec", List.of(), args);
    }
}
