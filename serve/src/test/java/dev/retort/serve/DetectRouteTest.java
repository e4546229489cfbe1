package dev.retort.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.cli.Retort;
import dev.retort.cli.job.DrawnBoxes;
import dev.retort.detection.DetectedObject;
import dev.retort.detection.DetectionOptions;
import dev.retort.detection.Detector;
import dev.retort.detection.data.ImageFileReader;
import dev.retort.detection.data.ImageFileWriter;
import dev.retort.detection.data.RgbImage;
import dev.retort.detection.draw.BoxPainter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Images in, detections out, as JSON and drawn; and they are what the library and {@code retort predict} find. */
class DetectRouteTest {
    private static final DetectionOptions ALL = DetectionOptions.DEFAULT.withScoreThreshold(0);

    @TempDir
    private static Path folder;

    private static Path model;
    private static RunningService service;
    private static Detector detector;

    @BeforeAll
    static void start() throws IOException {
        model = TinyModel.save(folder.resolve("tiny.safetensors"), 7);
        Path other = TinyModel.save(folder.resolve("other.safetensors"), 8);
        service = RunningService.start(
                List.of(model.toString(), "two=" + other), RunningService.LIMITS, RunningService.SETTINGS);
        detector = Detector.load(model);
    }

    @AfterAll
    static void stop() {
        service.close();
        detector.close();
    }

    private static List<DetectedObject> library(byte[] file, double score) {
        RgbImage image = ImageFileReader.decode(file, "an image");
        return detector.detect(image, ALL.withScoreThreshold(score));
    }

    /** Every number of the answer, with its bits, in the library's words. */
    static List<DetectedObject> objects(JsonNode image) {
        List<DetectedObject> objects = new ArrayList<>();
        for (JsonNode object : image.get("detections")) {
            JsonNode box = object.get("box");
            double x = box.get(0).asDouble();
            double y = box.get(1).asDouble();
            objects.add(new DetectedObject(
                    object.get("label").asString(),
                    object.get("score").asDouble(),
                    object.get("class").asInt(),
                    object.get("category_id").asLong(),
                    x,
                    y,
                    box.get(2).asDouble(),
                    box.get(3).asDouble()));
        }
        return objects;
    }

    /** The library's objects, their corners in place of the answer's widths and heights. */
    static List<DetectedObject> sized(List<DetectedObject> objects) {
        return objects.stream()
                .map(o -> new DetectedObject(
                        o.label(), o.score(), o.classIndex(), o.categoryId(), o.x(), o.y(), o.width(), o.height()))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 30, 200, 7})
    void anImageAsTheBodyGivesTheBitsOfTheLibrary(int width) {
        byte[] file = TestImages.png(width, 50, width);
        HttpResponse<byte[]> response = service.post("/v1/models/tiny/detect?score=0", file);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
        JsonNode answer = RunningService.json(response);
        assertThat(answer.get("model").asString()).isEqualTo("tiny");
        JsonNode image = answer.get("images").get(0);
        assertThat(image.get("name").asString()).isEqualTo("body");
        assertThat(image.get("width").asInt()).isEqualTo(width);
        assertThat(image.get("height").asInt()).isEqualTo(50);
        assertThat(objects(image)).isNotEmpty().isEqualTo(sized(library(file, 0)));
    }

    @Test
    void theCommandPredictFindsTheSameBits() throws IOException {
        byte[] file = TestImages.jpeg(90, 70, 3);
        Path image = Files.write(folder.resolve("an.jpg"), file);
        Path out = folder.resolve("predicted");
        PrintWriter quiet = new PrintWriter(new StringWriter());
        assertThat(Retort.run(
                        quiet,
                        quiet,
                        "predict",
                        model.toString(),
                        image.toString(),
                        "--out",
                        out.toString(),
                        "--device",
                        "simd"))
                .isZero();
        JsonNode predicted = RunningService.json(Files.readAllBytes(out.resolve("detections.json")))
                .get("images")
                .get(0)
                .get("detections");
        JsonNode served = RunningService.json(service.post("/v1/models/tiny/detect?score=0", file))
                .get("images")
                .get(0)
                .get("detections");
        assertThat(served).hasSameSizeAs(predicted).isNotEmpty();
        for (int i = 0; i < served.size(); i++) {
            assertThat(served.get(i).get("box")).isEqualTo(predicted.get(i).get("bbox"));
            assertThat(served.get(i).get("score")).isEqualTo(predicted.get(i).get("score"));
            assertThat(served.get(i).get("category_id"))
                    .isEqualTo(predicted.get(i).get("category_id"));
        }
    }

    @Test
    void aFormGivesItsImagesInTheirOrder() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("b.png", TestImages.png(700, 700, 1));
        assertThat(files.get("b.png").length).isGreaterThan(1_000_000);
        files.put("a.jpg", TestImages.jpeg(40, 80, 2));
        JsonNode answer = RunningService.json(service.postForm("/v1/detect?model=tiny&score=0", files));
        assertThat(answer.get("images")).hasSize(2);
        List<String> names = List.copyOf(files.keySet());
        for (int i = 0; i < 2; i++) {
            JsonNode image = answer.get("images").get(i);
            assertThat(image.get("name").asString()).isEqualTo(names.get(i));
            assertThat(objects(image)).isEqualTo(sized(library(files.get(names.get(i)), 0)));
        }
        for (String stage : List.of("decode", "resize", "queue", "network", "postprocess")) {
            assertThat(answer.get("milliseconds").get(stage).asDouble()).isPositive();
        }
    }

    @Test
    void aBodyWithoutALengthIsReadToItsEnd() {
        byte[] file = TestImages.png(64, 64, 6);
        HttpResponse<byte[]> response = service.send(service.request("/v1/models/tiny/detect?score=0")
                .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(file))));
        assertThat(objects(RunningService.json(response).get("images").get(0))).isEqualTo(sized(library(file, 0)));
    }

    @Test
    void scoreAndMostAndClassesChoose() {
        byte[] file = TestImages.png(64, 64, 4);
        List<DetectedObject> all = sized(library(file, 0));
        assertThat(all.stream().map(DetectedObject::label).distinct()).hasSizeGreaterThan(1);
        double middle = all.get(all.size() / 2).score();
        assertThat(found(file, "score=" + middle))
                .isEqualTo(all.stream().filter(o -> o.score() >= middle).toList());
        assertThat(found(file, "score=0&max=3")).isEqualTo(all.subList(0, 3));
        assertThat(found(file, "score=0&classes=star,circle"))
                .isEqualTo(all.stream().filter(o -> !o.label().equals("square")).toList());
        assertThat(found(file, "score=0&classes=star&classes=circle"))
                .isEqualTo(found(file, "score=0&classes=star,circle"));
        assertThat(found(file, "")).isEqualTo(sized(library(file, 0.5)));
    }

    private static List<DetectedObject> found(byte[] file, String query) {
        return objects(RunningService.json(service.post("/v1/models/tiny/detect?" + query, file))
                .get("images")
                .get(0));
    }

    @Test
    void whoAcceptsPngGetsTheImageWithBoxes() {
        byte[] file = ImageFileWriter.png(RgbImage.black(1024, 200));
        HttpResponse<byte[]> response = service.post("/v1/models/tiny/detect?max=5", file, "Accept", "image/png");
        assertThat(response.headers().firstValue("Content-Type")).contains("image/png");
        RgbImage image = ImageFileReader.decode(file, "an image");
        RgbImage drawn =
                BoxPainter.paint(image, DrawnBoxes.detected(library(file, 0.5).subList(0, 5), 0));
        assertThat(ImageFileReader.decode(response.body(), "the answer").rgb())
                .isEqualTo(drawn.rgb())
                .isNotEqualTo(image.rgb());
    }

    @Test
    void manyAtOnceGetTheBitsOfOneAlone() throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Boolean>> calls = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                byte[] file = TestImages.png(64, 20 + i % 2 * 16, i);
                List<DetectedObject> expected = sized(library(file, 0));
                calls.add(() -> found(file, "score=0").equals(expected));
            }
            for (Future<Boolean> same : clients.invokeAll(calls)) {
                assertThat(same.get()).isTrue();
            }
        } finally {
            clients.shutdown();
        }
    }

    @Test
    void theModelsAreListed() {
        JsonNode models = RunningService.json(service.get("/v1/models")).get("models");
        assertThat(models).hasSize(2);
        JsonNode tiny = models.get(0);
        assertThat(tiny.get("name").asString()).isEqualTo("tiny");
        assertThat(tiny.get("file").asString()).isEqualTo(model.toString());
        assertThat(tiny.get("sha256").asString()).isEqualTo(detector.digest());
        assertThat(tiny.get("kind").asString()).isEqualTo("retinanet");
        assertThat(tiny.get("device").asString()).isEqualTo("simd");
        assertThat(tiny.get("parameters").asLong()).isEqualTo(detector.parameterCount());
        assertThat(tiny.get("input").get("short_edge").asInt()).isEqualTo(64);
        assertThat(tiny.get("classes").get(2).get("name").asString()).isEqualTo("star");
        assertThat(tiny.get("classes").get(2).get("category_id").asInt()).isEqualTo(9);
        assertThat(models.get(1).get("name").asString()).isEqualTo("two");
    }

    @Test
    void ofSeveralModelsOneHasToBeNamed() {
        byte[] file = TestImages.png(64, 64, 4);
        HttpResponse<byte[]> response = service.post("/v1/detect", file);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(RunningService.error(response))
                .isEqualTo("Which model? Name one, as in ?model=tiny; there are: tiny, two");
        assertThat(RunningService.json(service.post("/v1/detect?model=two", file))
                        .get("model")
                        .asString())
                .isEqualTo("two");
    }
}
