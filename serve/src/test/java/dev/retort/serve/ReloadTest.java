package dev.retort.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.detection.DetectedObject;
import dev.retort.detection.DetectionOptions;
import dev.retort.detection.Detector;
import dev.retort.detection.data.ImageFileReader;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model's file is exchanged beneath requests: each gets the old one's answer or the new one's, and none is lost. */
class ReloadTest {
    private static final String LOAD = "/v2/repository/models/served/load";
    private static final byte[] PNG = TestImages.png(64, 64, 1);

    private static final long PATIENCE = 5_000_000_000L;

    @TempDir
    private static Path folder;

    private static Path first;
    private static Path second;

    @BeforeAll
    static void models() throws IOException {
        first = TinyModel.save(folder.resolve("first.safetensors"), 7);
        second = TinyModel.save(folder.resolve("second.safetensors"), 8);
    }

    private static List<DetectedObject> library(Path model) throws IOException {
        try (Detector detector = Detector.load(model)) {
            return DetectRouteTest.sized(detector.detect(
                    ImageFileReader.decode(PNG, "an image"), DetectionOptions.DEFAULT.withScoreThreshold(0)));
        }
    }

    private static List<DetectedObject> served(RunningService service) {
        HttpResponse<byte[]> response = service.post("/v1/detect?score=0", PNG);
        assertThat(response.statusCode()).isEqualTo(200);
        return DetectRouteTest.objects(
                RunningService.json(response).get("images").get(0));
    }

    private static RunningService start(Path served) throws IOException {
        Files.copy(first, served, StandardCopyOption.REPLACE_EXISTING);
        return RunningService.start(List.of("served=" + served), RunningService.LIMITS, RunningService.SETTINGS);
    }

    /** As people should do it: written beside it, then moved over it. */
    private static void replace(Path served, Path by) throws IOException {
        Path beside = Files.copy(by, served.resolveSibling("beside"), StandardCopyOption.REPLACE_EXISTING);
        Files.move(beside, served, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static long live(RunningService service) {
        return (long) service.metric("retort_backend_memory_bytes{state=\"live\"}");
    }

    @Test
    void aFileThatIsNoModelLeavesTheOldOneServing() throws IOException {
        Path served = folder.resolve("broken.safetensors");
        try (RunningService service = start(served)) {
            List<DetectedObject> old = served(service);
            Path none = Files.writeString(folder.resolve("none"), "this is no model");
            replace(served, none);
            HttpResponse<byte[]> failed = service.post(LOAD, new byte[0]);
            assertThat(failed.statusCode()).isEqualTo(400);
            assertThat(RunningService.error(failed))
                    .startsWith("Model served goes on as it was, as its file cannot be loaded: ")
                    .contains(served.toString());
            Files.delete(served);
            HttpResponse<byte[]> gone = service.post(LOAD, new byte[0]);
            assertThat(gone.statusCode()).isEqualTo(400);
            assertThat(RunningService.error(gone)).contains("there is no " + served);
            assertThat(served(service)).isEqualTo(old).isEqualTo(library(first));
        }
    }

    @Test
    void underLoadNoRequestIsLostAndEachHasOneModelsAnswer() throws Exception {
        Path file = folder.resolve("exchanged.safetensors");
        List<DetectedObject> old = library(first);
        List<DetectedObject> fresh = library(second);
        assertThat(old).isNotEqualTo(fresh);
        try (RunningService service = start(file)) {
            long live = live(service);
            AtomicBoolean over = new AtomicBoolean();
            List<CompletableFuture<Integer>> clients = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                clients.add(CompletableFuture.supplyAsync(() -> {
                    int answers = 0;
                    while (!over.get()) {
                        assertThat(served(service)).isIn(old, fresh);
                        answers++;
                    }
                    return answers;
                }));
            }
            for (int i = 0; i < 4; i++) {
                replace(file, i % 2 == 0 ? second : first);
                assertThat(service.post(LOAD, new byte[0]).statusCode()).isEqualTo(200);
                assertThat(served(service)).isEqualTo(i % 2 == 0 ? fresh : old);
            }
            over.set(true);
            for (CompletableFuture<Integer> client : clients) {
                assertThat(client.get()).isPositive();
            }
            // All detectors but the one that serves are closed, once their last workers have let go of them: two would
            // have more than
            // twice the weights, as norms are folded into some at the first request.
            long end = System.nanoTime() + PATIENCE;
            while (live(service) > 2 * live && System.nanoTime() < end) {
                Thread.sleep(10);
            }
            assertThat(live(service)).isBetween(live, 2 * live);
        }
    }
}
