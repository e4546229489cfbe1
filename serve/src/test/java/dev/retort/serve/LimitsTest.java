package dev.retort.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.detection.DetectedObject;
import dev.retort.detection.DetectionOptions;
import dev.retort.detection.Detector;
import dev.retort.detection.data.ImageFileReader;
import dev.retort.detection.data.ImageFileWriter;
import dev.retort.serve.detect.DetectionLimits;
import dev.retort.serve.http.HttpSettings;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What is bounded: places in the queue, time, batches; and the end, which cuts nobody off. */
class LimitsTest {
    private static final String DETECT = "/v1/detect?score=0";
    private static final byte[] PNG = TestImages.png(64, 64, 1);
    private static final byte[] OTHER_SIZE = TestImages.png(64, 20, 1);
    private static final long LONG = 60_000;
    private static final long WAIT = 1000;

    @TempDir
    private static Path folder;

    private static Path model;

    @BeforeAll
    static void model() throws IOException {
        model = TinyModel.save(folder.resolve("tiny.safetensors"), 7);
    }

    private static RunningService start(DetectionLimits limits, long deadline) throws IOException {
        HttpSettings settings = RunningService.settings(2_000_000, 10_000, deadline, Optional.empty());
        return RunningService.start(List.of(model.toString()), limits, settings);
    }

    private static void waitFor(RunningService service, int places) throws InterruptedException {
        while (service.metric("retort_queue_images") != places) {
            Thread.sleep(5);
        }
    }

    /** Two images wait for others of their sizes, and there are no more places. */
    @Test
    void whoFindsNoPlaceIsToldToComeAgain() throws Exception {
        try (RunningService service = start(new DetectionLimits(1, 2, WAIT, 2, 1_000_000), LONG)) {
            CompletableFuture<HttpResponse<byte[]>> first =
                    CompletableFuture.supplyAsync(() -> service.post(DETECT, PNG));
            CompletableFuture<HttpResponse<byte[]>> second =
                    CompletableFuture.supplyAsync(() -> service.post(DETECT, OTHER_SIZE));
            waitFor(service, 2);
            HttpResponse<byte[]> refused = service.post(DETECT, PNG);
            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.headers().firstValue("Retry-After")).contains("1");
            assertThat(RunningService.error(refused))
                    .isEqualTo("The service is busy: 2 images wait, and at most 2 may (--queue). Try again later");
            assertThat(service.metric("retort_errors_total{kind=\"busy\"}")).isEqualTo(1);
            // Those that were accepted are answered, though the service ends meanwhile.
            assertThat(service.service().drain(LONG)).isTrue();
            assertThat(first.get().statusCode()).isEqualTo(200);
            assertThat(second.get().statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aRequestOfMoreImagesThanMayEverWaitIsTooLarge() throws Exception {
        try (RunningService service = start(new DetectionLimits(1, 1, 0, 2, 1_000_000), LONG)) {
            HttpResponse<byte[]> refused = service.postForm(DETECT, Map.of("a", PNG, "b", PNG, "c", PNG));
            assertThat(refused.statusCode()).isEqualTo(413);
            assertThat(RunningService.error(refused))
                    .isEqualTo("A request may have at most 2 images (--queue), not 3. Send several");
        }
    }

    @Test
    void whoseTimePassesIsToldAndGivesItsPlaceBack() throws Exception {
        try (RunningService service = start(new DetectionLimits(1, 2, 300, 2, 1_000_000), 150)) {
            HttpResponse<byte[]> late = service.post(DETECT, PNG);
            assertThat(late.statusCode()).isEqualTo(504);
            assertThat(RunningService.error(late)).startsWith("The request was not done within 150 ms (--deadline)");
            waitFor(service, 0);
            assertThat(service.metric("retort_batch_images_count")).isZero();
        }
    }

    @Test
    void whoWaitsForAWorkerIsNotIdle() throws Exception {
        HttpSettings settings = new HttpSettings("127.0.0.1", 0, 2_000_000, 200, 10_000, LONG, 32, Optional.empty());
        DetectionLimits limits = new DetectionLimits(1, 2, 4 * 200, 2, 1_000_000);
        try (RunningService service = RunningService.start(List.of(model.toString()), limits, settings)) {
            assertThat(service.post(DETECT, PNG).statusCode()).isEqualTo(200);
        }
    }

    /** What is computed together has the bits of the library's batch of the same images. */
    @Test
    void aBatchHasTheBitsOfTheLibrarysBatch() throws Exception {
        Map<String, byte[]> files = new LinkedHashMap<>();
        List<BufferedImage> images = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            files.put("image" + i, TestImages.png(64, 64, i));
            images.add(ImageFileWriter.toImage(ImageFileReader.decode(files.get("image" + i), "an image")));
        }
        DetectionOptions together =
                DetectionOptions.DEFAULT.withScoreThreshold(0).withBatchSize(4);
        try (RunningService service = start(new DetectionLimits(1, 4, LONG, 8, 1_000_000), LONG);
                Detector detector = Detector.load(model)) {
            JsonNode answer = RunningService.json(service.postForm(DETECT, files));
            List<List<DetectedObject>> expected = detector.detect(images, together);
            for (int i = 0; i < 4; i++) {
                List<DetectedObject> served =
                        DetectRouteTest.objects(answer.get("images").get(i));
                assertThat(served).isEqualTo(DetectRouteTest.sized(expected.get(i)));
                // Alone it is the same but for rounding.
                DetectedObject alone = detector.detect(images.get(i)).get(0);
                assertThat(served.get(0).score()).isCloseTo(alone.score(), within(1e-5));
            }
            assertThat(service.metric("retort_batch_images_sum")).isEqualTo(4);
            assertThat(service.metric("retort_batch_images_count")).isEqualTo(1);
        }
    }

    @Test
    void whileItEndsAProbeIsToldSoAndRequestsAreRefused() throws Exception {
        try (RunningService service = start(RunningService.LIMITS, LONG)) {
            assertThat(service.service().drain(LONG)).isTrue();
            HttpResponse<byte[]> refused = service.post(DETECT, PNG);
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("Connection")).contains("close");
            assertThat(RunningService.error(refused)).startsWith("The service is ending");
            HttpResponse<byte[]> ready = service.get("/v2/health/ready");
            assertThat(ready.statusCode()).isEqualTo(503);
            assertThat(RunningService.json(ready).get("ready").asBoolean()).isFalse();
            assertThat(service.get("/v2/health/live").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void metricsCountRequestsStagesAndErrors() throws Exception {
        try (RunningService service = start(RunningService.LIMITS, LONG)) {
            service.post(DETECT, PNG);
            service.postForm(DETECT, Map.of("a", PNG, "b", PNG));
            service.post(DETECT, new byte[0]);
            service.get("/none");
            service.get("/none/other");
            assertThat(service.metric("retort_request_seconds_count{route=\"/v1/detect\",status=\"200\"}"))
                    .isEqualTo(2);
            assertThat(service.metric("retort_request_seconds_count{route=\"/v1/detect\",status=\"400\"}"))
                    .isEqualTo(1);
            assertThat(service.metric("retort_request_seconds_count{route=\"none\",status=\"404\"}"))
                    .isEqualTo(2);
            for (String stage : List.of("decode", "resize", "queue", "network", "postprocess")) {
                assertThat(service.metric("retort_stage_seconds_count{stage=\"" + stage + "\"}"))
                        .isEqualTo(3);
                assertThat(service.metric("retort_stage_seconds_bucket{stage=\"" + stage + "\",le=\"10.0\"}"))
                        .isEqualTo(3);
            }
            assertThat(service.metric("retort_batch_images_count")).isEqualTo(3);
            assertThat(service.metric("retort_errors_total{kind=\"request\"}")).isEqualTo(1);
            assertThat(service.metric("retort_errors_total{kind=\"unknown\"}")).isEqualTo(2);
            assertThat(service.metric("retort_backend_memory_bytes{state=\"live\"}"))
                    .isPositive();
        }
    }
}
