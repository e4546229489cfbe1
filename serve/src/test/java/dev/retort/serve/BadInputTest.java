package dev.retort.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.detection.data.ImageFileWriter;
import dev.retort.detection.data.RgbImage;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests that are wrong, one of each kind: the status is of the right class, the body says in words why, the service goes on. */
class BadInputTest {
    private static final byte[] PNG = TestImages.png(64, 64, 1);
    private static final String DETECT = "/v1/detect";
    private static final String INFER = "/v2/models/tiny/infer";
    private static final long PATIENCE = 5_000_000_000L;
    private static final String JSON = "application/json";

    @TempDir
    private static Path folder;

    private static RunningService service;

    @BeforeAll
    static void start() throws IOException {
        Path model = TinyModel.save(folder.resolve("tiny.safetensors"), 7);
        service = RunningService.start(
                List.of(model.toString()),
                RunningService.LIMITS,
                RunningService.settings(300_000, 400, 10_000, Optional.empty()));
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @AfterEach
    void theServiceGoesOnAndHoldsNothing() throws InterruptedException {
        assertThat(service.post(DETECT, PNG).statusCode()).isEqualTo(200);
        long end = System.nanoTime() + PATIENCE;
        while (service.metric("retort_request_memory_bytes") > 0 && System.nanoTime() < end) {
            Thread.sleep(10);
        }
        assertThat(service.metric("retort_request_memory_bytes")).isZero();
        assertThat(service.metric("retort_queue_images")).isZero();
    }

    private static Arguments image(String what, byte[] body, int status, String words) {
        return Arguments.of(what, DETECT, "application/octet-stream", body, status, words);
    }

    private static Arguments query(String what, String query, String words) {
        return Arguments.of(what, DETECT + "?" + query, "image/png", PNG, 400, words);
    }

    private static Arguments infer(String what, String json, int status, String words) {
        return Arguments.of(what, INFER, JSON, bytes(json), status, words);
    }

    private static String input(String shape, String datatype, String data) {
        return "{\"inputs\":[{\"name\":\"images\",\"shape\":" + shape + ",\"datatype\":\"" + datatype + "\",\"data\":"
                + data + "}]}";
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static Stream<Arguments> requests() {
        byte[] jpeg = TestImages.jpeg(64, 64, 1);
        byte[] noPixels = PNG.clone();
        Arrays.fill(noPixels, 100, 1000, (byte) 7);
        String base64 = Base64.getEncoder().encodeToString(PNG);
        return Stream.of(
                image("empty", new byte[0], 400, "The body is empty"),
                image("one byte", new byte[1], 415, "is of no known format"),
                image("HTML that calls itself bytes", bytes("<html><body>no</body></html>"), 415, "no known format"),
                Arguments.of("HTML", DETECT, "text/html", bytes("<html>"), 415, "text/html is no image"),
                Arguments.of("a wrong type", DETECT, JSON, PNG, 415, "application/json is no image"),
                image("WebP", bytes("RIFF0000WEBPVP8 0000"), 415, "WebP"),
                image("a PDF", bytes("%PDF-1.4 and more of it"), 415, "no known format"),
                image("truncated JPEG", Arrays.copyOf(jpeg, jpeg.length / 2), 400, "truncated"),
                image("truncated PNG", Arrays.copyOf(PNG, PNG.length / 2), 400, "truncated"),
                image("damaged PNG", noPixels, 400, "damaged"),
                image("bomb", TestImages.bomb(50_000, 50_000), 413, "2500000000 pixels, at most 1000000"),
                image("declares more than it has", TestImages.bomb(999, 999), 400, "Image body"),
                image(
                        "too many pixels",
                        ImageFileWriter.png(RgbImage.black(1001, 1000)),
                        413,
                        "1001000 pixels, at most 1000000"),
                image("body too large", new byte[300_001], 413, "more than 300000 bytes"),
                query("unknown parameter", "scale=3", "There is no query parameter 'scale' here"),
                query("score beyond 1", "score=1.5", "score must be a number from 0 to 1, not '1.5'"),
                query("score not a number", "score=NaN", "not 'NaN'"),
                query("score twice", "score=0.1&score=0.2", "given 2 times"),
                query("no objects wanted", "max=0", "max must be a whole number from 1 on"),
                query("unknown class", "classes=cat", "The model has no class 'cat', but: circle, square, star"),
                query("query not UTF-8", "score=%ff", "The query cannot be read"),
                Arguments.of("unknown model", DETECT + "?model=cat", "image/png", PNG, 404, "no model cat, but: tiny"),
                Arguments.of("unknown path", "/v1/detectors", "image/png", PNG, 404, "nothing at this path"),
                Arguments.of("a folder", "/v1/", "image/png", PNG, 404, "nothing at this path"),
                Arguments.of("post to a get", "/v1/models", "image/png", PNG, 405, "takes GET only"),
                Arguments.of("form without boundary", DETECT, "multipart/form-data", PNG, 400, "form"),
                Arguments.of(
                        "form with half a boundary", DETECT, "multipart/form-data; boundary=\"x", PNG, 400, "form"),
                Arguments.of(
                        "form that is none", DETECT, "multipart/form-data; boundary=x", bytes("no form"), 400, "form"),
                Arguments.of(
                        "form without parts",
                        DETECT,
                        "multipart/form-data; boundary=x",
                        bytes("--x--\r\n"),
                        400,
                        "form"),
                infer("no JSON", "{\"inputs\":[", 400, "The request is no JSON"),
                infer("deep JSON", "{\"x\":" + "[".repeat(5000), 400, "nesting depth"),
                infer("an array", "[]", 400, "The request must be an object"),
                infer(
                        "no shape",
                        "{\"inputs\":[{\"name\":\"images\",\"datatype\":\"BYTES\",\"data\":[]}]}",
                        400,
                        "shape"),
                infer("wrong input", input("[1]", "BYTES", "[]").replace("images", "x"), 400, "one input, images"),
                infer("wrong datatype", input("[1]", "INT8", "[1]"), 400, "not the datatype INT8"),
                infer("wrong shape", input("[2]", "BYTES", "[\"" + base64 + "\"]"), 400, "1 came with the shape [2]"),
                infer("no base64", input("[1]", "BYTES", "[\"***\"]"), 400, "images[0] is no base64"),
                infer(
                        "base64 of no image",
                        input("[1]", "BYTES", "[\"AAAA\"]"),
                        415,
                        "images[0] is of no known format"),
                infer("wrong tensor shape", input("[1,2,3]", "FP32", "[1,2,3]"), 400, "[N, H, W, 3]"),
                infer("too few values", input("[1,2,2,3]", "FP32", "[1,2,3]"), 400, "does not hold 3 values"),
                infer("overflowing shape", input("[1,4294967296,4294967296,3]", "FP32", "[]"), 413, "too large"),
                infer("negative extent", input("[1,-2,2,3]", "FP32", "[]"), 400, "[N, H, W, 3]"),
                infer("NaN", input("[1,1,1,3]", "FP32", "[NaN,0,0]"), 400, "no JSON"),
                infer("pixel beyond 255", input("[1,1,1,3]", "FP32", "[0,0,256]"), 400, "value 2 is 256.0"),
                infer("number beyond float", input("[1,1,1,3]", "FP32", "[1e99,0,0]"), 400, "value 0 is Infinity"),
                infer("key twice", "{\"id\":\"a\",\"id\":\"b\"}", 400, "no JSON"),
                infer(
                        "unknown output",
                        "{\"outputs\":[{\"name\":\"masks\"}],"
                                + input("[1]", "BYTES", "[\"\"]").substring(1),
                        400,
                        "no output 'masks'"),
                infer(
                        "parameter of a wrong kind",
                        "{\"parameters\":{\"max\":[1]},"
                                + input("[1]", "BYTES", "[\"\"]").substring(1),
                        400,
                        "Parameter 'max'"),
                Arguments.of(
                        "load with parameters",
                        "/v2/repository/models/tiny/load",
                        JSON,
                        bytes("{\"parameters\":{\"config\":\"{}\"}}"),
                        400,
                        "takes no parameters, such as config"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("requests")
    void aWrongRequestIsToldWhatIsWrong(String what, String path, String type, byte[] body, int status, String words) {
        HttpResponse<byte[]> response = service.post(path, body, "Content-Type", type);
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(new TreeSet<>(RunningService.json(response).propertyNames())).containsExactly("error");
        assertThat(RunningService.error(response)).contains(words).doesNotContain("Exception", "\tat ");
    }

    static Stream<Arguments> rawRequests() {
        String post = "POST /v1/detect HTTP/1.1\r\nHost: x\r\n";
        return Stream.of(
                Arguments.of("no HTTP", "GARBAGE\r\n\r\n", 400),
                Arguments.of("no host", "GET /v2 HTTP/1.1\r\n\r\n", 400),
                Arguments.of("old version", "GET /v2 HTTP/0.9\r\nHost: x\r\n\r\n", 505),
                Arguments.of("bare line feeds", "GET /v2 HTTP/1.1\nHost: x\n\n", 400),
                Arguments.of("path traversal", "GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", 400),
                Arguments.of("encoded traversal", "GET /v2/%2e%2e/%2e%2e/etc HTTP/1.1\r\nHost: x\r\n\r\n", 400),
                Arguments.of("encoded slash", "GET /v2/models%2ftiny HTTP/1.1\r\nHost: x\r\n\r\n", 400),
                Arguments.of("two lengths", post + "Content-Length: 3\r\nContent-Length: 30\r\n\r\nabc", 400),
                Arguments.of(
                        "length and chunks",
                        post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                        400),
                Arguments.of("unknown coding", post + "Transfer-Encoding: chunked, x\r\n\r\n0\r\n\r\n", 400),
                Arguments.of("negative length", post + "Content-Length: -1\r\n\r\n", 400),
                Arguments.of("a space before a colon", post + "Content-Length : 3\r\n\r\nabc", 400),
                Arguments.of("a folded header", post + "X: a\r\n b\r\n\r\n", 400),
                Arguments.of("a damaged chunk", post + "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n", 400),
                Arguments.of(
                        "headers too large", "GET /v2 HTTP/1.1\r\nHost: x\r\nX: " + "a".repeat(9000) + "\r\n\r\n", 431),
                Arguments.of("an unknown method", "BREW /v2 HTTP/1.1\r\nHost: x\r\n\r\n", 405),
                Arguments.of("a body that stops", post + "Content-Length: 1000\r\n\r\nabc", 408),
                Arguments.of(
                        "an announced body too large",
                        post + "Content-Length: 300001\r\nExpect: 100-continue\r\n\r\n",
                        413));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rawRequests")
    void whatIsHardlyHttpIsRefusedInWordsToo(String what, String request, int status) throws IOException {
        String answer = RawHttp.send(service.port(), bytes(request));
        assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
        int body = answer.indexOf("\r\n\r\n") + 4;
        assertThat(RunningService.json(bytes(answer.substring(body)))
                        .get("error")
                        .asString())
                .isNotBlank()
                .doesNotContain("Exception");
    }

    @Test
    void aBodyWithoutALengthIsCutOffWhereItIsTooLarge() throws IOException {
        String chunk = "10000\r\n" + "a".repeat(0x10000) + "\r\n";
        String head = "POST /v1/detect HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
        String answer = RawHttp.send(service.port(), bytes(head + chunk.repeat(5) + "0\r\n\r\n"));
        assertThat(answer).startsWith("HTTP/1.1 413 ").contains("more than 300000 bytes");
    }

    /** A byte now and then keeps a connection from being idle; the body's own time ends it. */
    @Test
    void aClientThatSendsAByteNowAndThenIsCutOff() throws Exception {
        String head = "POST /v1/detect HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n";
        assertThat(RawHttp.trickle(service.port(), bytes(head), 100)).startsWith("HTTP/1.1 408 ");
    }

    @Test
    void aClientThatLeavesInTheMiddleLeavesNothingBehind() throws Exception {
        for (int i = 0; i < 20; i++) {
            RawHttp.sendAndLeave(
                    service.port(),
                    bytes("POST /v1/detect HTTP/1.1\r\nHost: x\r\nContent-Length: " + PNG.length + "\r\n\r\nabc"));
        }
    }

    /** All or none: the image is named, so that the caller knows which one to leave out. */
    @Test
    void oneBadImageOfSeveralIsNamed() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("good.png", PNG);
        files.put("bad.png", Arrays.copyOf(PNG, 500));
        HttpResponse<byte[]> response = service.postForm(DETECT, files);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(RunningService.error(response)).contains("bad.png");
        assertThat(service.metric("retort_queue_images")).isZero();
    }

    @Test
    void severalImagesAreNotDrawn() {
        HttpRequest.Builder request = service.request(DETECT)
                .header("Accept", "image/png")
                .header("Content-Type", "multipart/form-data; boundary=----a-boundary")
                .POST(HttpRequest.BodyPublishers.ofByteArray(RunningService.form(Map.of("a", PNG, "b", PNG))));
        HttpResponse<byte[]> response = service.send(request);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(RunningService.error(response)).startsWith("One image can be drawn, not 2");
    }

    @Test
    void aWrongMethodIsToldTheRightOne() {
        HttpResponse<byte[]> response =
                service.send(service.request(DETECT).method("DELETE", HttpRequest.BodyPublishers.noBody()));
        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(response.headers().firstValue("Allow")).contains("POST");
        assertThat(service.get("/none").headers().firstValue("Connection")).isEmpty();
    }

    @Test
    void binaryDataOfAnotherLengthAreRefused() {
        String json =
                "{\"inputs\":[{\"name\":\"images\",\"shape\":[1],\"datatype\":\"BYTES\",\"parameters\":{\"binary_data_size\":9}}]}";
        String[] wrong = {"0", "-1", "99999", "x", Integer.toString(json.length())};
        for (String length : wrong) {
            HttpResponse<byte[]> response =
                    service.post(INFER, bytes(json + "abc"), "Inference-Header-Content-Length", length);
            assertThat(response.statusCode()).as(length).isEqualTo(400);
        }
        HttpResponse<byte[]> early = service.post(
                INFER,
                bytes(json + "\u0009\0\0\0" + "abcde"),
                "Inference-Header-Content-Length",
                Integer.toString(json.length()));
        assertThat(RunningService.error(early)).isEqualTo("The binary data of images[0] end early");
    }
}
