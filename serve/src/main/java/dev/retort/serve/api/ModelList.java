package dev.retort.serve.api;

import dev.retort.detection.Detector;
import dev.retort.detection.data.Category;
import dev.retort.detection.recipe.Recipe;
import dev.retort.serve.detect.LoadedModel;
import dev.retort.serve.detect.ServedModel;
import dev.retort.serve.detect.ServedModels;
import dev.retort.serve.http.Answer;
import dev.retort.serve.http.Call;
import dev.retort.serve.http.Endpoint;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code GET /v1/models}: what is served. */
final class ModelList implements Endpoint {
    private final ServedModels models;

    ModelList(ServedModels models) {
        this.models = models;
    }

    @Override
    public Answer answer(Call call) {
        call.query().allow(Set.of());
        return Answer.json(
                Map.of("models", models.all().stream().map(ModelList::entry).toList()));
    }

    private static Map<String, Object> entry(ServedModel model) {
        LoadedModel loaded = model.current();
        Detector detector = loaded.detector();
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("name", model.source().name());
        entry.put("file", model.source().file().toString());
        entry.put("sha256", loaded.digest());
        entry.put("kind", detector.recipe().model().kind());
        entry.put("device", detector.backend().name());
        entry.put("parameters", loaded.parameters());
        entry.put("input", input(detector.recipe().data()));
        entry.put("classes", classes(detector.categories()));
        return entry;
    }

    /** The edges that an image is resized to; a short edge of 0 leaves images as they are. */
    private static Map<String, Object> input(Recipe.Data data) {
        Map<String, Object> input = new LinkedHashMap<>();
        input.put("short_edge", data.shortEdges().isEmpty() ? 0 : Collections.max(data.shortEdges()));
        input.put("long_edge", data.longEdge());
        return input;
    }

    private static List<Map<String, Object>> classes(List<Category> categories) {
        return categories.stream()
                .map(category -> {
                    Map<String, Object> entry = new LinkedHashMap<>();
                    entry.put("name", category.name());
                    entry.put("category_id", category.id());
                    return entry;
                })
                .toList();
    }
}
