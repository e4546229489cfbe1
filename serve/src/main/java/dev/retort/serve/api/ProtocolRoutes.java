package dev.retort.serve.api;

import dev.retort.serve.detect.ServedModel;
import dev.retort.serve.detect.ServedModels;
import dev.retort.serve.http.Answer;
import dev.retort.serve.http.Call;
import dev.retort.serve.http.Drain;
import dev.retort.serve.http.Route;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the Open Inference Protocol asks for besides inference: whether a service and its models are ready, and what they are. */
final class ProtocolRoutes {
    private static final String PLATFORM = "retort";

    private final ServedModels models;
    private final Drain drain;
    private final String version;

    ProtocolRoutes(ServedModels models, Drain drain, String version) {
        this.models = models;
        this.drain = drain;
        this.version = version;
    }

    List<Route> routes() {
        return List.of(
                Route.probe("/v2/health/live", call -> Answer.json(Map.of("live", true))),
                Route.probe("/v2/health/ready", call -> ready()),
                Route.get("/v2", this::server),
                Route.get("/v2/models/{model}", this::model),
                Route.get("/v2/models/{model}/ready", this::modelReady));
    }

    /** The protocol's text has the field "live" here; its clients look at the status. */
    private Answer ready() {
        if (drain.accepts()) {
            return Answer.json(Map.of("live", true, "ready", true));
        }
        Answer ending = Answer.json(Map.of("error", "The service is ending", "live", true, "ready", false));
        return new Answer(503, ending.type(), ending.body(), ending.headers());
    }

    private Answer server(Call call) {
        call.query().allow(Set.of());
        Map<String, Object> server = new LinkedHashMap<>();
        server.put("name", "retort");
        server.put("version", version);
        server.put("extensions", List.of("binary_tensor_data"));
        return Answer.json(server);
    }

    private Answer model(Call call) {
        call.query().allow(Set.of());
        ServedModel model = models.get(call.path().get("model"));
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("name", model.source().name());
        metadata.put("platform", PLATFORM);
        metadata.put("inputs", List.of(tensor(Tensors.IMAGES, Tensors.BYTES, new long[] {-1})));
        metadata.put(
                "outputs",
                InferOutput.DECLARED.stream()
                        .map(output -> tensor(output.name(), output.datatype(), output.shape()))
                        .toList());
        return Answer.json(metadata);
    }

    private static Map<String, Object> tensor(String name, String datatype, long[] shape) {
        Map<String, Object> tensor = new LinkedHashMap<>();
        tensor.put("name", name);
        tensor.put("datatype", datatype);
        tensor.put("shape", shape);
        return tensor;
    }

    private Answer modelReady(Call call) {
        call.query().allow(Set.of());
        String name = models.get(call.path().get("model")).source().name();
        Map<String, Object> ready = new LinkedHashMap<>();
        ready.put("name", name);
        ready.put("ready", true);
        return Answer.json(ready);
    }
}
