package dev.retort.serve.api;

import dev.retort.detection.DetectorException;
import dev.retort.serve.detect.FailureKind;
import dev.retort.serve.detect.ServedModel;
import dev.retort.serve.detect.ServedModels;
import dev.retort.serve.detect.ServiceException;
import dev.retort.serve.http.Answer;
import dev.retort.serve.http.Call;
import dev.retort.serve.http.Endpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** {@code POST /v2/repository/models/{model}/load}: loads the model's file again. Requests go on with what there was until it is ready. */
final class LoadEndpoint implements Endpoint {
    private final ServedModels models;

    LoadEndpoint(ServedModels models) {
        this.models = models;
    }

    @Override
    public Answer answer(Call call) {
        call.query().allow(Set.of());
        ServedModel model = models.get(call.path().get("model"));
        if (call.body().length > 0 && !new String(call.body(), StandardCharsets.UTF_8).isBlank()) {
            InferRequest request = InferReader.read(call.body(), call.body().length);
            if (!request.parameters().isEmpty()) {
                throw new ServiceException(
                        FailureKind.REQUEST,
                        "Loading takes no parameters, such as "
                                + request.parameters().keySet().iterator().next()
                                + ": a model file says all of its model");
            }
        }
        try {
            model.reload();
        } catch (IOException | DetectorException | IllegalArgumentException e) {
            throw new ServiceException(
                    FailureKind.MODEL_FILE,
                    "Model " + model.source().name() + " goes on as it was, as its file cannot be loaded: " + words(e),
                    e);
        }
        Map<String, Object> loaded = new LinkedHashMap<>();
        loaded.put("name", model.source().name());
        loaded.put("sha256", model.current().digest());
        return Answer.json(loaded);
    }

    /** The file system's own exceptions have nothing but the path as a message. */
    private static String words(Exception e) {
        if (e instanceof NoSuchFileException) {
            return "there is no " + e.getMessage();
        }
        return e instanceof AccessDeniedException ? "no permission for " + e.getMessage() : e.getMessage();
    }
}
