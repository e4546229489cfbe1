package dev.retort.serve;

import dev.retort.serve.api.ServiceRoutes;
import dev.retort.serve.detect.Detection;
import dev.retort.serve.detect.DetectionLimits;
import dev.retort.serve.detect.MemoryBudget;
import dev.retort.serve.detect.ModelFile;
import dev.retort.serve.detect.ServedModels;
import dev.retort.serve.http.Drain;
import dev.retort.serve.http.HttpService;
import dev.retort.serve.http.HttpSettings;
import dev.retort.serve.http.Route;
import dev.retort.serve.page.PageRoutes;
import dev.retort.tensor.Backend;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Models behind HTTP: what {@code retort serve} starts, and a program may start itself.
 *
 * <pre>{@code
 * try (Backend backend = Backends.create("auto");
 *         DetectionService service = DetectionService.start(ModelFile.parse(List.of("cells.safetensors")), backend, limits, settings, true)) {
 *     ...
 * }
 * }</pre>
 */
public final class DetectionService implements AutoCloseable {
    /** Share of the heap that requests may hold; the rest is for networks. */
    private static final int REQUESTS_SHARE = 2;

    private final HttpService http;
    private final Detection detection;
    private final ServedModels models;

    private DetectionService(HttpService http, Detection detection, ServedModels models) {
        this.http = http;
        this.detection = detection;
        this.models = models;
    }

    /**
     * Loads the models and begins to listen.
     *
     * @param files with names that differ
     * @param backend stays the caller's, who closes it after the service
     * @param warm whether each model looks into a blank image a few times first, as the first calls are slow
     * @throws IOException if a file is no model, or the port cannot be had; the message says why
     */
    public static DetectionService start(
            List<ModelFile> files, Backend backend, DetectionLimits limits, HttpSettings settings, boolean warm)
            throws IOException {
        ServiceMetrics metrics = new ServiceMetrics();
        MemoryBudget memory = new MemoryBudget(Runtime.getRuntime().maxMemory() / REQUESTS_SHARE);
        Drain drain = new Drain();
        ServedModels models = ServedModels.open(files, backend, warm);
        Detection detection = new Detection(limits, metrics);
        metrics.watch(detection, memory, backend);
        try {
            List<Route> routes = new ArrayList<>(PageRoutes.routes());
            routes.addAll(ServiceRoutes.of(models, detection, limits.maxPixels(), drain, metrics::text, version()));
            HttpService http = HttpService.start(settings, routes, memory, drain, metrics);
            return new DetectionService(http, detection, models);
        } catch (IOException | RuntimeException | Error e) {
            detection.close();
            models.close();
            throw e;
        }
    }

    private static String version() {
        String version = DetectionService.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** The port that it listens at. */
    public int port() {
        return http.port();
    }

    /**
     * Refuses new requests with status 503, and waits until those that were accepted are answered.
     *
     * @param millis how long they have
     * @return whether all of them were
     */
    public boolean drain(long millis) throws InterruptedException {
        return http.drain(millis);
    }

    /** Stops listening at once, ends the workers and closes the models. */
    @Override
    public void close() {
        http.close();
        detection.close();
        models.close();
    }
}
