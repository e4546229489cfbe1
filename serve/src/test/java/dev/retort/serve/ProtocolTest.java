package dev.retort.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.detection.DetectedObject;
import dev.retort.detection.DetectionOptions;
import dev.retort.detection.Detector;
import dev.retort.detection.data.ImageFileReader;
import dev.retort.detection.data.RgbImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * The Open Inference Protocol, version 2, over HTTP, field by field as its text has them (kserve/open-inference-protocol,
 * inference_rest.md), and Triton's extension for binary data (extension_binary_data.md).
 */
class ProtocolTest {
    private static final DetectionOptions DEFAULT = DetectionOptions.DEFAULT;
    private static final String INFER = "/v2/models/tiny/infer";
    private static final byte[] FIRST = TestImages.png(64, 64, 1);
    private static final byte[] SECOND = TestImages.png(40, 60, 2);

    @TempDir
    private static Path folder;

    private static RunningService service;
    private static Detector detector;

    @BeforeAll
    static void start() throws IOException {
        Path model = TinyModel.save(folder.resolve("tiny.safetensors"), 7);
        service = RunningService.start(List.of(model.toString()), RunningService.LIMITS, RunningService.SETTINGS);
        detector = Detector.load(model);
    }

    @AfterAll
    static void stop() {
        service.close();
        detector.close();
    }

    private static Set<String> fields(JsonNode node) {
        return new TreeSet<>(node.propertyNames());
    }

    private static JsonNode ok(HttpResponse<byte[]> response) {
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
        return RunningService.json(response);
    }

    private static List<DetectedObject> library(byte[] file) {
        return detector.detect(ImageFileReader.decode(file, "an image"), DEFAULT);
    }

    @Test
    void theServerIsLiveAndReady() {
        assertThat(ok(service.get("/v2/health/live")).get("live").asBoolean()).isTrue();
        assertThat(ok(service.get("/v2/health/ready")).get("live").asBoolean()).isTrue();
    }

    @Test
    void theServerSaysWhatItIs() {
        JsonNode server = ok(service.get("/v2"));
        assertThat(fields(server)).containsExactly("extensions", "name", "version");
        assertThat(server.get("name").asString()).isEqualTo("retort");
        assertThat(server.get("version").isString()).isTrue();
        assertThat(server.get("extensions")).hasSize(1);
        assertThat(server.get("extensions").get(0).asString()).isEqualTo("binary_tensor_data");
    }

    @Test
    void aModelIsReady() {
        JsonNode ready = ok(service.get("/v2/models/tiny/ready"));
        assertThat(fields(ready)).containsExactly("name", "ready");
        assertThat(ready.get("name").asString()).isEqualTo("tiny");
        assertThat(ready.get("ready").asBoolean()).isTrue();
    }

    @Test
    void aModelSaysItsInputsAndOutputs() {
        JsonNode model = ok(service.get("/v2/models/tiny"));
        assertThat(fields(model)).containsExactly("inputs", "name", "outputs", "platform");
        assertThat(model.get("name").asString()).isEqualTo("tiny");
        assertThat(model.get("platform").asString()).isEqualTo("retort");
        assertThat(model.get("inputs").toString())
                .isEqualTo("[{\"name\":\"images\",\"datatype\":\"BYTES\",\"shape\":[-1]}]");
        assertThat(model.get("outputs").toString())
                .isEqualTo("[{\"name\":\"boxes\",\"datatype\":\"FP32\",\"shape\":[-1,-1,4]},"
                        + "{\"name\":\"scores\",\"datatype\":\"FP32\",\"shape\":[-1,-1]},"
                        + "{\"name\":\"classes\",\"datatype\":\"INT64\",\"shape\":[-1,-1]},"
                        + "{\"name\":\"counts\",\"datatype\":\"INT64\",\"shape\":[-1]}]");
    }

    private static String encoded(String more, byte[]... files) {
        List<String> texts = Arrays.stream(files)
                .map(file -> "\"" + Base64.getEncoder().encodeToString(file) + "\"")
                .toList();
        return "{" + more + "\"inputs\":[{\"name\":\"images\",\"shape\":[" + files.length
                + "],\"datatype\":\"BYTES\",\"data\":[" + String.join(",", texts) + "]}]}";
    }

    private static JsonNode infer(String json) {
        return ok(service.post(INFER, json.getBytes(StandardCharsets.UTF_8), "Content-Type", "application/json"));
    }

    @Test
    void encodedImagesGiveTheLibrarysObjectsRoundedToFloats() {
        JsonNode answer = infer(encoded("\"id\":\"42\",", FIRST, SECOND));
        assertThat(fields(answer)).containsExactly("id", "model_name", "outputs");
        assertThat(answer.get("id").asString()).isEqualTo("42");
        assertThat(answer.get("model_name").asString()).isEqualTo("tiny");
        List<List<DetectedObject>> expected = List.of(library(FIRST), library(SECOND));
        int k = expected.stream().mapToInt(List::size).max().orElseThrow();
        assertThat(expected.get(0).size())
                .isPositive()
                .isNotEqualTo(expected.get(1).size());
        JsonNode outputs = answer.get("outputs");
        assertThat(outputs).hasSize(4);
        for (JsonNode output : outputs) {
            assertThat(fields(output)).containsExactly("data", "datatype", "name", "shape");
        }
        assertThat(outputs.get(0).get("shape").toString()).isEqualTo("[2," + k + ",4]");
        assertThat(outputs.get(1).get("shape").toString()).isEqualTo("[2," + k + "]");
        assertThat(outputs.get(2).get("shape").toString()).isEqualTo("[2," + k + "]");
        assertThat(outputs.get(3).get("shape").toString()).isEqualTo("[2]");
        for (int n = 0; n < 2; n++) {
            List<DetectedObject> objects = expected.get(n);
            assertThat(outputs.get(3).get("data").get(n).asInt()).isEqualTo(objects.size());
            for (int i = 0; i < k; i++) {
                JsonNode box = outputs.get(0).get("data");
                int at = 4 * (n * k + i);
                float[] corners = {
                    (float) box.get(at).asDouble(),
                    (float) box.get(at + 1).asDouble(),
                    (float) box.get(at + 2).asDouble(),
                    (float) box.get(at + 3).asDouble()
                };
                float score = (float) outputs.get(1).get("data").get(n * k + i).asDouble();
                int index = outputs.get(2).get("data").get(n * k + i).asInt();
                if (i < objects.size()) {
                    DetectedObject object = objects.get(i);
                    assertThat(corners)
                            .containsExactly(
                                    (float) object.left(), (float) object.top(), (float) object.right(), (float)
                                            object.bottom());
                    assertThat(score).isEqualTo((float) object.score());
                    assertThat(index).isEqualTo(object.classIndex());
                } else {
                    assertThat(corners).containsOnly(0);
                    assertThat(score).isZero();
                    assertThat(index).isEqualTo(-1);
                }
            }
        }
    }

    @Test
    void anAnswerWithoutAnIdHasNone() {
        assertThat(fields(infer(encoded("", FIRST)))).containsExactly("model_name", "outputs");
    }

    @Test
    void outputsThatAreAskedForComeInTheirOrder() {
        JsonNode answer = infer(encoded("\"outputs\":[{\"name\":\"counts\"},{\"name\":\"scores\"}],", FIRST));
        assertThat(answer.get("outputs")).hasSize(2);
        assertThat(answer.get("outputs").get(0).get("name").asString()).isEqualTo("counts");
        assertThat(answer.get("outputs").get(1).get("name").asString()).isEqualTo("scores");
    }

    @Test
    void parametersChoose() {
        JsonNode answer = infer(encoded("\"parameters\":{\"score\":0,\"max\":2,\"classes\":\"star,square\"},", FIRST));
        JsonNode classes = answer.get("outputs").get(2).get("data");
        assertThat(classes).hasSize(2);
        assertThat(List.of(classes.get(0).asInt(), classes.get(1).asInt())).isSubsetOf(1, 2);
    }

    @Test
    void pixelsGiveWhatTheirImageGives() {
        RgbImage image = TestImages.image(20, 12, 3);
        StringBuilder nested = new StringBuilder("[[");
        for (int y = 0; y < 12; y++) {
            nested.append(y == 0 ? "[" : ",[");
            for (int x = 0; x < 20; x++) {
                // A little off: rounded to the image's own values.
                nested.append(x == 0 ? "[" : ",[")
                        .append(Math.max(0, image.value(x, y, 0) - 0.25))
                        .append(",")
                        .append(image.value(x, y, 1))
                        .append(",")
                        .append(image.value(x, y, 2))
                        .append("]");
            }
            nested.append("]");
        }
        nested.append("]]");
        JsonNode pixels =
                infer("{\"inputs\":[{\"name\":\"images\",\"shape\":[1,12,20,3],\"datatype\":\"FP32\",\"data\":" + nested
                        + "}]}");
        JsonNode file = infer(encoded("", TestImages.png(20, 12, 3)));
        assertThat(pixels).isEqualTo(file);
        assertThat(file.get("outputs").get(3).get("data").get(0).asInt()).isPositive();
    }

    private static HttpResponse<byte[]> binary(String json, byte[] data) {
        byte[] header = json.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(header);
        body.writeBytes(data);
        return service.post(
                INFER,
                body.toByteArray(),
                "Content-Type",
                "application/octet-stream",
                "Inference-Header-Content-Length",
                Integer.toString(header.length));
    }

    private static String described(String shape, String datatype, int size, String more) {
        return "{" + more + "\"inputs\":[{\"name\":\"images\",\"shape\":" + shape + ",\"datatype\":\"" + datatype
                + "\",\"parameters\":{\"binary_data_size\":" + size + "}}]}";
    }

    @Test
    void binaryInputsGiveWhatJsonGives() {
        JsonNode expected = infer(encoded("", FIRST, SECOND));
        ByteBuffer elements = ByteBuffer.allocate(8 + FIRST.length + SECOND.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(FIRST.length)
                .put(FIRST)
                .putInt(SECOND.length)
                .put(SECOND);
        assertThat(ok(binary(described("[2]", "BYTES", elements.capacity(), ""), elements.array())))
                .isEqualTo(expected);

        byte[] rgb = TestImages.image(64, 64, 1).rgb();
        JsonNode one = infer(encoded("", FIRST));
        assertThat(ok(binary(described("[1,64,64,3]", "UINT8", rgb.length, ""), rgb)))
                .isEqualTo(one);

        ByteBuffer floats = ByteBuffer.allocate(4 * rgb.length).order(ByteOrder.LITTLE_ENDIAN);
        for (byte value : rgb) {
            floats.putFloat(value & 0xff);
        }
        assertThat(ok(binary(described("[1,64,64,3]", "FP32", floats.capacity(), ""), floats.array())))
                .isEqualTo(one);
    }

    @Test
    void outputsComeInBinaryWhereThatIsAskedFor() {
        List<DetectedObject> expected = library(FIRST);
        String asked = "\"parameters\":{\"binary_data_output\":true},\"outputs\":[{\"name\":\"counts\","
                + "\"parameters\":{\"binary_data\":false}},{\"name\":\"scores\"},{\"name\":\"classes\"}],";
        HttpResponse<byte[]> response =
                service.post(INFER, encoded(asked, FIRST).getBytes(StandardCharsets.UTF_8));
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/octet-stream");
        int length = Integer.parseInt(
                response.headers().firstValue("Inference-Header-Content-Length").orElseThrow());
        JsonNode outputs =
                RunningService.json(Arrays.copyOf(response.body(), length)).get("outputs");
        assertThat(fields(outputs.get(0))).containsExactly("data", "datatype", "name", "shape");
        assertThat(fields(outputs.get(1))).containsExactly("datatype", "name", "parameters", "shape");
        assertThat(outputs.get(1).get("parameters").get("binary_data_size").asInt())
                .isEqualTo(4 * expected.size());
        assertThat(outputs.get(2).get("parameters").get("binary_data_size").asInt())
                .isEqualTo(8 * expected.size());
        ByteBuffer data = ByteBuffer.wrap(response.body(), length, response.body().length - length)
                .order(ByteOrder.LITTLE_ENDIAN);
        for (DetectedObject object : expected) {
            assertThat(data.getFloat()).isCloseTo((float) object.score(), within(0f));
        }
        for (DetectedObject object : expected) {
            assertThat(data.getLong()).isEqualTo(object.classIndex());
        }
        assertThat(data.hasRemaining()).isFalse();
    }

    @Test
    void anErrorIsAnObjectWithOneText() {
        for (String path : List.of("/v2/models/none", "/v2/models/none/ready", "/v2/models/tiny/versions/1")) {
            HttpResponse<byte[]> response = service.get(path);
            assertThat(response.statusCode()).isEqualTo(404);
            assertThat(fields(RunningService.json(response))).containsExactly("error");
        }
        HttpResponse<byte[]> response = service.post(INFER, "{}".getBytes(StandardCharsets.UTF_8));
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(fields(RunningService.json(response))).containsExactly("error");
        assertThat(RunningService.error(response)).isEqualTo("A request has one input, images, not []");
    }
}
