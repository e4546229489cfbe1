package dev.retort.mlflow;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * As much of MLflow's REST API 2.0 as a tracker calls (mlflow.org/docs/latest/rest-api.html), with its limits: what a call may not
 * have is answered as MLflow answers it.
 */
final class StandInServer implements AutoCloseable {
    private static final String API = "/api/2.0/mlflow/";
    private static final String FILES = "/api/2.0/mlflow-artifacts/artifacts/";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** Every request: method and path, with the query. */
    final List<String> requests = Collections.synchronizedList(new ArrayList<>());

    final Map<String, ObjectNode> runs = new LinkedHashMap<>();
    final Map<String, String> experiments = new LinkedHashMap<>();
    /** {@code key@step=value}, in the order in which they came. */
    final List<String> metrics = Collections.synchronizedList(new ArrayList<>());

    /** The last one of each name. */
    private final Map<String, JsonNode> newest = new LinkedHashMap<>();

    final Map<String, String> parameters = new LinkedHashMap<>();
    final Map<String, String> tags = new LinkedHashMap<>();
    final Map<String, String> files = new LinkedHashMap<>();
    final List<String> authorizations = Collections.synchronizedList(new ArrayList<>());
    volatile String artifacts = "mlflow-artifacts:/7/";
    volatile boolean failing;

    private final HttpServer server;

    StandInServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.start();
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private synchronized void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().toString();
        requests.add(exchange.getRequestMethod() + " " + path);
        authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
        byte[] body = exchange.getRequestBody().readAllBytes();
        int status = 200;
        String answer;
        try {
            if (failing) {
                throw new Refusal(503, "TEMPORARILY_UNAVAILABLE", "away");
            }
            answer = path.startsWith(FILES) ? file(path, body) : api(exchange.getRequestMethod(), path, body);
        } catch (Refusal e) {
            status = e.status;
            answer = JSON.writeValueAsString(Map.of("error_code", e.code, "message", e.getMessage()));
        }
        byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final int status;
        private final String code;

        private Refusal(int status, String code, String message) {
            super(message);
            this.status = status;
            this.code = code;
        }
    }

    private String file(String path, byte[] body) {
        files.put(path.substring(FILES.length()), new String(body, StandardCharsets.UTF_8));
        return "{}";
    }

    private String api(String method, String path, byte[] body) {
        String call = method + " " + path.substring(API.length()).replaceAll("\\?.*", "");
        JsonNode json = body.length == 0 ? JSON.createObjectNode() : JSON.readTree(body);
        return switch (call) {
            case "GET experiments/get-by-name" -> experiment(query(path));
            case "POST experiments/create" -> {
                experiments.put(text(json, "name"), "7");
                yield "{\"experiment_id\": \"7\"}";
            }
            case "POST runs/create" -> create(json);
            case "GET runs/get" -> run(query(path));
            case "POST runs/update" -> {
                known(text(json, "run_id")).setAll((ObjectNode) json);
                yield "{\"run_info\": " + known(text(json, "run_id")) + "}";
            }
            case "POST runs/set-tag" -> {
                known(text(json, "run_id"));
                tags.put(text(json, "key"), text(json, "value"));
                yield "{}";
            }
            case "POST runs/log-batch" -> batch(json);
            default -> throw new Refusal(404, "ENDPOINT_NOT_FOUND", call);
        };
    }

    private static String query(String path) {
        return URLDecoder.decode(path.substring(path.lastIndexOf('=') + 1), StandardCharsets.UTF_8);
    }

    private static String text(JsonNode json, String key) {
        if (!json.path(key).isString()) {
            throw new Refusal(400, "INVALID_PARAMETER_VALUE", "no " + key);
        }
        return json.get(key).stringValue();
    }

    private ObjectNode known(String id) {
        if (!runs.containsKey(id)) {
            throw new Refusal(404, "RESOURCE_DOES_NOT_EXIST", "Run '" + id + "' not found");
        }
        return runs.get(id);
    }

    private String experiment(String name) {
        if (!experiments.containsKey(name)) {
            throw new Refusal(404, "RESOURCE_DOES_NOT_EXIST", "no experiment " + name);
        }
        return "{\"experiment\": {\"experiment_id\": \"" + experiments.get(name) + "\", \"name\": \"" + name + "\"}}";
    }

    private String create(JsonNode json) {
        String id = "run" + (runs.size() + 1);
        ObjectNode info = JSON.createObjectNode();
        info.put("run_id", id)
                .put("run_uuid", id)
                .put("run_name", text(json, "run_name"))
                .put("experiment_id", text(json, "experiment_id"))
                .put("status", "RUNNING")
                .put("artifact_uri", artifacts + id + "/artifacts");
        runs.put(id, info);
        json.path("tags").forEach(tag -> tags.put(text(tag, "key"), text(tag, "value")));
        return run(id);
    }

    private String run(String id) {
        return "{\"run\": {\"info\": " + known(id) + ", \"data\": {\"metrics\": "
                + JSON.writeValueAsString(newest.values()) + "}}}";
    }

    private String batch(JsonNode json) {
        known(text(json, "run_id"));
        if (json.path("metrics").size() > 1000
                || json.path("params").size() > 100
                || json.path("tags").size() > 100) {
            throw new Refusal(400, "INVALID_PARAMETER_VALUE", "A batch logging request can contain at most ...");
        }
        for (JsonNode parameter : json.path("params")) {
            String key = key(parameter);
            String value = parameter.path("value").stringValue("");
            if (value.length() > 500 || parameters.containsKey(key)) {
                throw new Refusal(400, "INVALID_PARAMETER_VALUE", "parameter " + key);
            }
            parameters.put(key, value);
        }
        for (JsonNode metric : json.path("metrics")) {
            if (!metric.path("value").isNumber() || metric.path("timestamp").asLong(0) < 1_600_000_000_000L) {
                throw new Refusal(400, "INVALID_PARAMETER_VALUE", "metric " + metric);
            }
            newest.put(key(metric), metric);
            metrics.add(key(metric) + "@" + metric.path("step").asLong(0) + "="
                    + metric.path("value").doubleValue());
        }
        return "{}";
    }

    private static String key(JsonNode entry) {
        String key = text(entry, "key");
        if (!key.matches("[\\w./ -]{1,250}")) {
            throw new Refusal(400, "INVALID_PARAMETER_VALUE", "Invalid name: " + key);
        }
        return key;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
