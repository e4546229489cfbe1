package dev.retort.serve.api;

import dev.retort.serve.detect.Detection;
import dev.retort.serve.detect.ServedModels;
import dev.retort.serve.http.Answer;
import dev.retort.serve.http.Drain;
import dev.retort.serve.http.Route;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** All routes of a service. */
public final class ServiceRoutes {
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    private ServiceRoutes() {}

    /**
     * The routes.
     *
     * @param maxPixels pixels that an image may have
     * @param drain says whether requests are taken
     * @param metrics the text for Prometheus
     * @param version of this program
     */
    public static List<Route> of(
            ServedModels models,
            Detection detection,
            long maxPixels,
            Drain drain,
            Supplier<String> metrics,
            String version) {
        DetectEndpoint detect = new DetectEndpoint(models, detection);
        byte[] openApi = resource("openapi.json");
        List<Route> routes = new ArrayList<>(List.of(
                Route.post("/v1/detect", detect),
                Route.post("/v1/models/{model}/detect", detect),
                Route.get("/v1/models", new ModelList(models)),
                Route.post("/v2/models/{model}/infer", new InferEndpoint(models, detection, maxPixels)),
                Route.post("/v2/repository/models/{model}/load", new LoadEndpoint(models)),
                Route.get(
                        "/metrics", call -> Answer.of(PROMETHEUS, metrics.get().getBytes(StandardCharsets.UTF_8))),
                Route.get("/openapi.json", call -> Answer.of(Answer.JSON, openApi))));
        routes.addAll(new ProtocolRoutes(models, drain, version).routes());
        return routes;
    }

    private static byte[] resource(String name) {
        try (InputStream in = ServiceRoutes.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
