package dev.retort.detection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.detection.box.Detections;
import dev.retort.detection.data.Batch;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ImageInfo;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One detector may serve several threads, from its first image on. */
class SharedDetectorTest {
    private static final int THREADS = 4;
    private static final int ROUNDS = 20;

    @TempDir
    private Path folder;

    @Test
    void aFreshDetectorFindsTheSameOnAllThreadsAndLeavesNothing() throws Exception {
        CocoDataset dataset = TinyDetectors.shapes(folder.resolve("shapes"));
        Path model = folder.resolve("model.safetensors");
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try (Backend backend = Backends.create("simd")) {
            Detections expected;
            try (Detector detector = TinyDetectors.save(dataset, backend, model)) {
                expected = detector.detect(batch(detector, dataset)).get(0);
            }
            assertThat(expected.size()).isPositive();
            for (int round = 0; round < ROUNDS; round++) {
                detectTogether(model, backend, threads, dataset, expected);
                assertThat(backend.memory().liveBytes()).as("round %d", round).isZero();
            }
        } finally {
            threads.shutdown();
        }
    }

    private static Batch batch(Detector detector, CocoDataset dataset) {
        ImageInfo image = dataset.images().get(0);
        return RecipeBatches.single(
                detector.recipe(),
                image,
                dataset.image(image),
                detector.network().sizeDivisor());
    }

    private static void detectTogether(
            Path model, Backend backend, ExecutorService threads, CocoDataset dataset, Detections expected)
            throws Exception {
        CyclicBarrier barrier = new CyclicBarrier(THREADS);
        try (Detector detector = Detector.load(model, backend)) {
            Batch batch = batch(detector, dataset);
            List<Future<Detections>> found = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                found.add(threads.submit(() -> {
                    barrier.await();
                    return detector.detect(batch).get(0);
                }));
            }
            for (Future<Detections> one : found) {
                assertThat(one.get().boxes()).isEqualTo(expected.boxes());
                assertThat(one.get().scores()).isEqualTo(expected.scores());
                assertThat(one.get().classes()).isEqualTo(expected.classes());
            }
        }
    }
}
