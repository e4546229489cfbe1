package dev.retort.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** 10,000 requests with something changed at random, by seed: none is answered as the service's own fault, and it goes on. */
@Tag("long")
class MutatedRequestsTest {
    private static final int REQUESTS = 10_000;
    private static final int CLIENTS = 4;
    private static final byte[] PNG = TestImages.png(24, 24, 1);
    private static final byte[] JPEG = TestImages.jpeg(24, 24, 1);
    /** A version of HTTP that is none, by a change in the first line. */
    private static final int WRONG_VERSION = 505;

    @TempDir
    private static Path folder;

    private static RunningService service;
    private static List<byte[]> originals;

    @BeforeAll
    static void start() throws IOException {
        Path model = TinyModel.save(folder.resolve("tiny.safetensors"), 7);
        service = RunningService.start(
                List.of(model.toString()),
                RunningService.LIMITS,
                RunningService.settings(1_000_000, 500, 10_000, Optional.empty()));
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("a.png", PNG);
        files.put("b.jpg", JPEG);
        String base64 = Base64.getEncoder().encodeToString(PNG);
        String pixels = "{\"id\":\"1\",\"inputs\":[{\"name\":\"images\",\"shape\":[1,2,2,3],\"datatype\":\"FP32\","
                + "\"data\":[[[[1,2,3],[4,5,6]],[[7,8,9],[10,11,12]]]]}],\"outputs\":[{\"name\":\"scores\"}]}";
        String header = "{\"inputs\":[{\"name\":\"images\",\"shape\":[1],\"datatype\":\"BYTES\",\"parameters\":"
                + "{\"binary_data_size\":" + (PNG.length + 4) + "}}],\"parameters\":{\"binary_data_output\":true}}";
        ByteArrayOutputStream binary = new ByteArrayOutputStream();
        binary.writeBytes(bytes(header));
        binary.writeBytes(new byte[] {(byte) PNG.length, (byte) (PNG.length >> 8), 0, 0});
        binary.writeBytes(PNG);
        originals = List.of(
                request("GET /v1/models", "", new byte[0]),
                request("GET /v2/models/tiny", "", new byte[0]),
                request("POST /v1/detect?score=0.3&max=5&classes=star", "Content-Type: image/png\r\n", PNG),
                request("POST /v1/models/tiny/detect", "Content-Type: image/jpeg\r\nAccept: image/png\r\n", JPEG),
                request(
                        "POST /v1/detect",
                        "Content-Type: multipart/form-data; boundary=----a-boundary\r\n",
                        RunningService.form(files)),
                request(
                        "POST /v2/models/tiny/infer",
                        "Content-Type: application/json\r\n",
                        bytes("{\"inputs\":[{\"name\":\"images\",\"shape\":[1],\"datatype\":\"BYTES\",\"data\":[\""
                                + base64 + "\"]}]}")),
                request("POST /v2/models/tiny/infer", "Content-Type: application/json\r\n", bytes(pixels)),
                request(
                        "POST /v2/models/tiny/infer",
                        "Inference-Header-Content-Length: " + header.length() + "\r\n",
                        binary.toByteArray()));
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] request(String line, String headers, byte[] body) {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(
                bytes(line + " HTTP/1.1\r\nHost: x\r\n" + headers + "Content-Length: " + body.length + "\r\n\r\n"));
        request.writeBytes(body);
        return request.toByteArray();
    }

    /** One to three changes: bytes flipped, set, left out, doubled, moved; the end cut off. */
    private static byte[] mutated(Random random) {
        byte[] request = originals.get(random.nextInt(originals.size()));
        for (int change = random.nextInt(3); change >= 0; change--) {
            int at = random.nextInt(request.length);
            // The head is short, and as interesting as the body.
            at = random.nextBoolean() ? at : at % 200 % request.length;
            int length = Math.min(1 + random.nextInt(8), request.length - at);
            byte[] next = request.clone();
            switch (random.nextInt(6)) {
                case 0 -> next[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> next[at] = (byte) random.nextInt(256);
                case 2 -> next = joined(Arrays.copyOf(request, at), tail(request, at + length));
                case 3 -> next = joined(Arrays.copyOf(request, at + length), tail(request, at));
                case 4 -> next[at] = (byte) "0919-\"[]{},:\r\n %".charAt(random.nextInt(16));
                default -> next = at > 20 ? Arrays.copyOf(request, at) : next;
            }
            request = next.length == 0 ? request : next;
        }
        return request;
    }

    private static byte[] tail(byte[] all, int from) {
        return Arrays.copyOfRange(all, from, all.length);
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    @Test
    void noneIsTheServicesOwnFault() throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        Map<Integer, Integer> statuses = new TreeMap<>();
        try {
            List<Callable<Integer>> calls = new ArrayList<>();
            for (int seed = 0; seed < REQUESTS; seed++) {
                int chosen = seed;
                calls.add(() -> status(chosen));
            }
            for (Future<Integer> status : clients.invokeAll(calls)) {
                statuses.merge(status.get(), 1, Integer::sum);
            }
        } finally {
            clients.shutdown();
        }
        System.out.println("Statuses of " + REQUESTS + " mutated requests: " + statuses);
        assertThat(statuses.keySet()).allMatch(status -> status < 500 || status == WRONG_VERSION);
        assertThat(statuses.get(200)).isGreaterThan(REQUESTS / 20);
        assertThat(statuses.get(400)).isGreaterThan(REQUESTS / 20);
        assertThat(service.post("/v1/detect", PNG).statusCode()).isEqualTo(200);
        assertThat(service.metric("retort_queue_images")).isZero();
        long end = System.nanoTime() + 5_000_000_000L;
        while (service.metric("retort_request_memory_bytes") > 0 && System.nanoTime() < end) {
            Thread.sleep(20);
        }
        assertThat(service.metric("retort_request_memory_bytes")).isZero();
        assertThat(service.metric("retort_errors_total{kind=\"internal\"}")).isZero();
    }

    /** The answer's status; 0 if the request was none that is answered. */
    private static int status(int seed) throws IOException {
        byte[] request = mutated(new Random(seed));
        String answer = RawHttp.sendAll(service.port(), request);
        if (answer.isEmpty()) {
            return 0;
        }
        assertThat(answer).as("seed " + seed).startsWith("HTTP/1.");
        int status = Integer.parseInt(answer.substring(9, 12));
        if (status >= 400) {
            String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
            if (!body.isEmpty()) {
                assertThat(RunningService.json(bytes(body)).has("error"))
                        .as("seed " + seed)
                        .isTrue();
            }
            assertThat(body).as("seed " + seed).doesNotContain("\tat ");
        }
        return status;
    }
}
