package dev.retort.detection.onnx;

import dev.retort.detection.Detector;
import dev.retort.detection.data.Category;
import dev.retort.detection.recipe.Recipe;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import tools.jackson.databind.json.JsonMapper;

/** What an ONNX file says of its detector besides the graph: texts by name, JSON where they have a structure. */
final class OnnxMetadata {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** Of p3. */
    private static final int FINEST_STRIDE = 8;

    private OnnxMetadata() {}

    static Map<String, String> of(Detector detector, OnnxInput input, OnnxOptions options) {
        Recipe recipe = detector.recipe();
        Map<String, String> metadata = new LinkedHashMap<>(detector.metadata());
        put(
                metadata,
                "names",
                detector.categories().stream().map(Category::name).toList());
        metadata.put("kind", recipe.model().kind());
        put(
                metadata,
                "strides",
                IntStream.range(0, detector.network().levels().size())
                        .map(level -> FINEST_STRIDE << level)
                        .toArray());
        metadata.put("channels", "RGB");
        put(metadata, "mean", input.mean());
        put(metadata, "std", input.std());
        metadata.put("normalization", options.normalize() ? "inside" : "outside");
        put(metadata, "resize", resize(recipe.data()));
        return metadata;
    }

    /** Edges that the network's training and evaluation resize images to; empty where images stay as they are. */
    private static Map<String, Integer> resize(Recipe.Data data) {
        List<Integer> edges = data.shortEdges();
        return edges.isEmpty()
                ? Map.of()
                : new TreeMap<>(Map.of("shortestEdge", Collections.max(edges), "longestEdge", data.longEdge()));
    }

    private static void put(Map<String, String> metadata, String key, Object value) {
        metadata.put(key, JSON.writeValueAsString(value));
    }
}
