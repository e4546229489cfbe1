package dev.retort.serve;

import dev.retort.serve.detect.DetectionLimits;
import dev.retort.serve.detect.ModelFile;
import dev.retort.serve.http.HttpSettings;
import dev.retort.serve.http.Token;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A service in this process, and a client for it. */
public final class RunningService implements AutoCloseable {
    /** As the command has it, but small. */
    public static final DetectionLimits LIMITS = new DetectionLimits(2, 1, 5, 16, 1_000_000);

    /** At any port, for anybody. */
    public static final HttpSettings SETTINGS =
            new HttpSettings("127.0.0.1", 0, 2_000_000, 30_000, 10_000, 30_000, 32, Optional.empty());

    private static final String BOUNDARY = "----a-boundary";
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final Backend backend;
    private final DetectionService service;
    private final HttpClient client = HttpClient.newHttpClient();

    private RunningService(Backend backend, DetectionService service) {
        this.backend = backend;
        this.service = service;
    }

    public static RunningService start(List<String> models, DetectionLimits limits, HttpSettings settings)
            throws IOException {
        Backend backend = Backends.create("simd");
        try {
            DetectionService service =
                    DetectionService.start(ModelFile.parse(models), backend, limits, settings, false);
            return new RunningService(backend, service);
        } catch (IOException | RuntimeException e) {
            backend.close();
            throw e;
        }
    }

    static HttpSettings settings(int maxBody, long bodyMillis, long deadline, Optional<Token> token) {
        return new HttpSettings("127.0.0.1", 0, maxBody, 30_000, bodyMillis, deadline, 32, token);
    }

    DetectionService service() {
        return service;
    }

    public int port() {
        return service.port();
    }

    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path));
    }

    public HttpResponse<byte[]> send(HttpRequest.Builder request) {
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new AssertionError("No answer: " + e, e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    public HttpResponse<byte[]> get(String path) {
        return send(request(path));
    }

    public HttpResponse<byte[]> post(String path, byte[] body, String... headers) {
        HttpRequest.Builder request = request(path).POST(HttpRequest.BodyPublishers.ofByteArray(body));
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    /** The images by name, as a browser's form sends them. */
    public HttpResponse<byte[]> postForm(String path, Map<String, byte[]> files) {
        return post(path, form(files), "Content-Type", "multipart/form-data; boundary=" + BOUNDARY);
    }

    static byte[] form(Map<String, byte[]> files) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        files.forEach((name, content) -> {
            body.writeBytes(("--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"image\"; filename=\"" + name
                            + "\"\r\nContent-Type: image/png\r\n\r\n")
                    .getBytes(StandardCharsets.UTF_8));
            body.writeBytes(content);
            body.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
        });
        body.writeBytes(("--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.UTF_8));
        return body.toByteArray();
    }

    public static JsonNode json(HttpResponse<byte[]> response) {
        return json(response.body());
    }

    public static JsonNode json(byte[] body) {
        return MAPPER.readTree(body);
    }

    public static String error(HttpResponse<byte[]> response) {
        return json(response).get("error").asString();
    }

    /** The value of a metric's line that begins so. */
    public double metric(String line) {
        return new String(get("/metrics").body(), StandardCharsets.UTF_8)
                .lines()
                .filter(text -> text.startsWith(line + " "))
                .mapToDouble(text -> Double.parseDouble(text.substring(line.length() + 1)))
                .findFirst()
                .orElse(Double.NaN);
    }

    @Override
    public void close() {
        service.close();
        backend.close();
    }
}
