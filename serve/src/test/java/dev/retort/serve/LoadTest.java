package dev.retort.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.serve.detect.DetectionLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
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

/** Many clients on loopback: throughput and latency, which it prints; no error, and no memory left behind. */
@Tag("long")
class LoadTest {
    private static final int REQUESTS = 2000;
    private static final int ROUNDS = 8;
    private static final int WARM = 200;
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
    private static Map<Integer, List<Double>> load(RunningService service, int clients, int requests) throws Exception {
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
                int status =
                        service.post("/v1/detect", images[i % images.length]).statusCode();
                times.computeIfAbsent(status, key -> new ArrayList<>()).add((System.nanoTime() - start) / 1e6);
                i = next.getAndIncrement();
            }
            return times;
        };
        ExecutorService pool = Executors.newFixedThreadPool(clients);
        try {
            Map<Integer, List<Double>> all = new TreeMap<>();
            for (Future<Map<Integer, List<Double>>> one : pool.invokeAll(Collections.nCopies(clients, client))) {
                one.get().forEach((status, times) -> all.computeIfAbsent(status, key -> new ArrayList<>())
                        .addAll(times));
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

    /** Weights, and memory that backends keep for tensors of the sizes that came by. */
    private static long tensors(List<RunningService> services) {
        return (long) services.stream()
                .mapToDouble(service -> service.metric("retort_backend_memory_bytes{state=\"live\"}")
                        + service.metric("retort_backend_memory_bytes{state=\"pooled\"}"))
                .sum();
    }

    /** Settings take turns, so that what else the machine does meets all of them. */
    @Test
    void eightClientsAreAllAnswered() throws Exception {
        List<DetectionLimits> settings = List.of(
                new DetectionLimits(1, 1, 5, 64, 1_000_000),
                new DetectionLimits(2, 1, 5, 64, 1_000_000),
                new DetectionLimits(1, 8, 5, 64, 1_000_000),
                new DetectionLimits(2, 4, 5, 64, 1_000_000));
        List<RunningService> services = new ArrayList<>();
        try {
            for (DetectionLimits limits : settings) {
                services.add(start(limits));
                load(services.get(services.size() - 1), 8, WARM);
            }
            long before = heap() - tensors(services);
            List<List<Double>> times = new ArrayList<>();
            double[] seconds = new double[settings.size()];
            for (int round = 0; round < ROUNDS; round++) {
                for (int i = 0; i < settings.size(); i++) {
                    long start = System.nanoTime();
                    Map<Integer, List<Double>> answers = load(services.get(i), 8, REQUESTS / ROUNDS);
                    seconds[i] += (System.nanoTime() - start) / 1e9;
                    assertThat(answers).containsOnlyKeys(200);
                    if (round == 0) {
                        times.add(new ArrayList<>());
                    }
                    times.get(i).addAll(answers.get(200));
                }
            }
            long more = heap() - tensors(services) - before;
            for (int i = 0; i < settings.size(); i++) {
                print(settings.get(i), services.get(i), times.get(i), seconds[i]);
            }
            System.out.printf(Locale.ROOT, "heap after full collections, without tensors: %+.1f MB%n", more / 1e6);
            assertThat(more).isLessThan(SLACK);
        } finally {
            services.forEach(RunningService::close);
        }
    }

    private static void print(DetectionLimits limits, RunningService service, List<Double> times, double seconds) {
        double[] sorted =
                times.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        assertThat(sorted).hasSize(REQUESTS);
        System.out.printf(
                Locale.ROOT,
                "%d workers, batches of %d: %.1f requests/s, p50 %.1f ms, p99 %.1f ms; %.2f images a batch%n",
                limits.workers(),
                limits.maxBatch(),
                REQUESTS / seconds,
                sorted[sorted.length / 2],
                sorted[sorted.length * 99 / 100],
                service.metric("retort_batch_images_sum") / service.metric("retort_batch_images_count"));
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
