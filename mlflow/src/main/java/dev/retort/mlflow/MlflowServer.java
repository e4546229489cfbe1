package dev.retort.mlflow;

import dev.retort.detection.train.TrackedRun;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.mlflow.api.proto.Service.CreateRun;
import org.mlflow.api.proto.Service.Metric;
import org.mlflow.api.proto.Service.Param;
import org.mlflow.api.proto.Service.RunInfo;
import org.mlflow.api.proto.Service.RunStatus;
import org.mlflow.api.proto.Service.RunTag;
import org.mlflow.tracking.MlflowClient;
import org.mlflow.tracking.MlflowClientException;
import org.mlflow.tracking.MlflowHttpException;
import org.mlflow.tracking.creds.BasicMlflowHostCreds;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A server's REST calls, by MLflow's client; files go there by a call of our own, as the client has none without Python. One thread
 * uses it at a time.
 */
final class MlflowServer implements AutoCloseable {
    /** Metrics that one call of log-batch may have. */
    static final int BATCH = 1000;

    /** Parameters that one call of log-batch may have. */
    private static final int PARAMETERS = 100;

    private static final String USER = "MLFLOW_TRACKING_USERNAME";
    private static final String PASSWORD = "MLFLOW_TRACKING_PASSWORD";
    private static final String TOKEN = "MLFLOW_TRACKING_TOKEN";

    private static final String ARTIFACTS = "mlflow-artifacts";
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** The client's library would print every try of a server that is away. */
    private static final Logger TRIES = Logger.getLogger("org.mlflow_project.apachehttp");

    static {
        if (TRIES.getLevel() == null) {
            TRIES.setLevel(Level.WARNING);
        }
    }

    private final String address;
    private final Optional<String> authorization;
    private final MlflowClient client;

    /** @param environment with the credentials, by the names that MLflow's own clients read */
    MlflowServer(URI address, Map<String, String> environment) {
        this.address = address.toString().replaceAll("/+$", "");
        String user = environment.get(USER);
        String password = environment.get(PASSWORD);
        String token = environment.get(TOKEN);
        client = new MlflowClient(new BasicMlflowHostCreds(this.address, user, password, token, false));
        if (user != null && password != null) {
            byte[] pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
            authorization = Optional.of("Basic " + Base64.getEncoder().encodeToString(pair));
        } else {
            authorization = Optional.ofNullable(token).map(text -> "Bearer " + text);
        }
    }

    /** What a call does. */
    @FunctionalInterface
    private interface Call<T> {
        T make();
    }

    /** What the client throws, as a failure that says in a line what the server said. */
    private static <T> T call(Call<T> call) throws IOException {
        try {
            return call.make();
        } catch (MlflowHttpException e) {
            throw new IOException("the server answered " + e.getStatusCode() + said(e.getBodyMessage()), e);
        } catch (MlflowClientException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(cause.getMessage() == null ? cause.toString() : cause.getMessage(), e);
        }
    }

    /** Whether a call failed as the server has no such thing. */
    static boolean isNotFound(IOException failure) {
        return failure.getCause() instanceof MlflowHttpException refusal
                && refusal.getStatusCode() == HttpURLConnection.HTTP_NOT_FOUND;
    }

    /** The message in the body of a refusal, or its first line. */
    private static String said(String body) {
        if (body == null || body.isBlank()) {
            return "";
        }
        try {
            String message = JSON.readTree(body).path("message").stringValue("");
            return message.isEmpty() ? "" : ": " + message;
        } catch (JacksonException noJson) {
            return ": " + body.strip().lines().findFirst().orElse("");
        }
    }

    /** The id of an experiment, made if there is none of this name. */
    String experiment(String name) throws IOException {
        Optional<String> found = experimentId(name);
        if (found.isPresent()) {
            return found.get();
        }
        try {
            return call(() -> client.createExperiment(name));
        } catch (IOException e) {
            // Another run may have made it just now.
            return experimentId(name).orElseThrow(() -> e);
        }
    }

    private Optional<String> experimentId(String name) throws IOException {
        return call(() -> client.getExperimentByName(name)).map(experiment -> experiment.getExperimentId());
    }

    /** Begins a run; its id. */
    String create(String experiment, String name, Map<String, String> tags) throws IOException {
        CreateRun.Builder run = CreateRun.newBuilder()
                .setExperimentId(experiment)
                .setRunName(name)
                .setStartTime(System.currentTimeMillis());
        tags(tags).forEach(run::addTags);
        return call(() -> client.createRun(run.build())).getRunId();
    }

    private static List<RunTag> tags(Map<String, String> tags) {
        return tags.entrySet().stream()
                .map(tag -> RunTag.newBuilder()
                        .setKey(tag.getKey())
                        .setValue(tag.getValue())
                        .build())
                .toList();
    }

    /** Makes a run that had ended one that runs. */
    void goOn(String run) throws IOException {
        String body = JSON.writeValueAsString(Map.of("run_id", run, "status", RunStatus.RUNNING.name()));
        call(() -> client.sendPost("runs/update", body));
    }

    /** What the server has of a run: its newest figures tell. */
    SentSteps sent(String run) throws IOException {
        List<Metric> newest = call(() -> client.getRun(run)).getData().getMetricsList();
        return new SentSteps(last(newest, false), last(newest, true));
    }

    private static long last(List<Metric> newest, boolean evaluation) {
        return newest.stream()
                .filter(metric -> metric.getKey().startsWith(TrackedRun.EVALUATION) == evaluation)
                .mapToLong(Metric::getStep)
                .max()
                .orElse(-1);
    }

    void logParameters(String run, Map<String, String> parameters) throws IOException {
        List<Param> all = parameters.entrySet().stream()
                .map(entry -> Param.newBuilder()
                        .setKey(entry.getKey())
                        .setValue(entry.getValue())
                        .build())
                .toList();
        for (int from = 0; from < all.size(); from += PARAMETERS) {
            List<Param> some = all.subList(from, Math.min(all.size(), from + PARAMETERS));
            call(() -> {
                client.logBatch(run, List.of(), some, List.of());
                return run;
            });
        }
    }

    void logFigures(String run, List<Figures> batch) throws IOException {
        List<Metric> metrics = new ArrayList<>();
        for (Figures figures : batch) {
            figures.values()
                    .forEach((name, value) -> metrics.add(Metric.newBuilder()
                            .setKey(name)
                            .setValue(value)
                            .setStep(figures.step())
                            .setTimestamp(figures.time())
                            .build()));
        }
        call(() -> {
            client.logBatch(run, metrics, List.of(), List.of());
            return run;
        });
    }

    void setTag(String run, String key, String value) throws IOException {
        call(() -> {
            client.setTag(run, key, value);
            return run;
        });
    }

    void end(String run, RunStatus status) throws IOException {
        call(() -> {
            client.setTerminated(run, status);
            return run;
        });
    }

    /**
     * Sends files into a run's folder of artifacts.
     *
     * @return where that is, if the server takes no files for it
     */
    Optional<String> upload(String run, List<Path> files) throws IOException {
        RunInfo info = call(() -> client.getRun(run)).getInfo();
        URI artifacts = URI.create(info.getArtifactUri());
        if (!ARTIFACTS.equals(artifacts.getScheme())) {
            return Optional.of(info.getArtifactUri());
        }
        HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
        for (Path file : files) {
            URI target = URI.create(address + "/api/2.0/mlflow-artifacts/artifacts" + artifacts.getRawPath() + "/"
                    + file.getFileName());
            HttpRequest.Builder request = HttpRequest.newBuilder(target)
                    .timeout(PATIENCE)
                    .header("Content-Type", "application/octet-stream")
                    .PUT(HttpRequest.BodyPublishers.ofFile(file));
            authorization.ifPresent(value -> request.header("Authorization", value));
            int status = send(http, request.build());
            if (status != HttpURLConnection.HTTP_OK) {
                throw new IOException("the server answered " + status + " to " + file.getFileName());
            }
        }
        return Optional.empty();
    }

    private static int send(HttpClient http, HttpRequest request) throws IOException {
        try {
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("it took too long", e);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
