package dev.retort.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.serve.detect.DetectionLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Many clients on loopback: throughput and latency, which it prints; no error, and no memory left behind. */
@Tag("long")
class LoadTest {
    private static final int REQUESTS = 2000;
    private static final int WARM = 100;
    private static final long DEADLINE = 60_000;
    /** What a full collection may leave more than before: counters, buffers of connections. */
    private static final long SLACK = 10_000_000;

    @TempDir
    private static Path folder;

    private static Path student;

    @BeforeAll
    static void model() throws IOException {
        student = TinyModel.saveStudent(folder.resolve("student.safetensors"));
    }

    private static RunningService start(DetectionLimits limits) throws IOException {
        return RunningService.start(
                List.of(student.toString()),
                limits,
                RunningService.settings(2_000_000, 10_000, DEADLINE, Optional.empty()));
    }

    /** Milliseconds of each request, by status. */
    private static Map<Integer, List<Double>> load(RunningService service, int clients, int requests)
            throws Exception {
        byte[][] images = new byte[16][];
        for (int i = 0; i < images.length; i++) {
            images[i] = TestImages.jpeg(128, 128, i);
        }
        AtomicInteger next = new AtomicInteger();
        Callable<Map<Integer, List<Double>>> client = () -> {
            Map<Integer, List<Double>> times = new TreeMap<>();
            int i = next.getAndIncrement();
            while (i < requests) {
                long start = System.nanoTime();
                int status = service.post("/v1/detect", images[i % images.length]).statusCode();
                times.computeIfAbsent(status, key -> new ArrayList<>()).add((System.nanoTime() - start) / 1e6);
                i = next.getAndIncrement();
            }
            return times;
        };
        ExecutorService pool = Executors.newFixedThreadPool(clients);
        try {
            Map<Integer, List<Double>> all = new TreeMap<>();
            for (Future<Map<Integer, List<Double>>> one : pool.invokeAll(Collections.nCopies(clients, client))) {
                one.get().forEach((status, times) ->
                        all.computeIfAbsent(status, key -> new ArrayList<>()).addAll(times));
            }
            return all;
        } finally {
            pool.shutdown();
        }
    }

    private static long heap() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(50);
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "1, 8", "2, 4"})
    void eightClientsAreAllAnswered(int workers, int batch) throws Exception {
        try (RunningService service = start(new DetectionLimits(workers, batch, 5, 64, 1_000_000))) {
            load(service, 8, WARM);
            long before = heap();
            long start = System.nanoTime();
            Map<Integer, List<Double>> times = load(service, 8, REQUESTS);
            double seconds = (System.nanoTime() - start) / 1e9;
            long after = heap();
            assertThat(times).containsOnlyKeys(200);
            double[] sorted =
                    times.get(200).stream().mapToDouble(Double::doubleValue).sorted().toArray();
            System.out.printf(
                    Locale.ROOT,
                    "%d workers, batches of %d: %.1f requests/s, p50 %.1f ms, p99 %.1f ms; %.2f images a batch; heap %+.1f MB%n",
                    workers,
                    batch,
                    REQUESTS / seconds,
                    sorted[sorted.length / 2],
                    sorted[sorted.length * 99 / 100],
                    service.metric("retort_batch_images_sum") / service.metric("retort_batch_images_count"),
                    (after - before) / 1e6);
            assertThat(after - before).isLessThan(SLACK);
            assertThat(Arrays.stream(sorted).max().orElseThrow()).isLessThan(DEADLINE);
        }
    }

    @Test
    void moreClientsThanPlacesGetBusyAndNoOtherFailure() throws Exception {
        try (RunningService service = start(new DetectionLimits(2, 1, 0, 16, 1_000_000))) {
            Map<Integer, List<Double>> times = load(service, 64, REQUESTS);
            System.out.printf(
                    "64 clients, 16 places: %d answered, %d refused%n",
                    times.get(200).size(), times.getOrDefault(429, List.of()).size());
            assertThat(times).containsOnlyKeys(200, 429);
            assertThat(service.metric("retort_queue_images")).isZero();
            assertThat(service.metric("retort_request_memory_bytes")).isZero();
        }
    }
}
