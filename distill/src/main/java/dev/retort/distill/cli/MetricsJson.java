package dev.retort.distill.cli;

import dev.retort.detection.data.Category;
import dev.retort.detection.eval.CocoMetric;
import dev.retort.detection.eval.CocoMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes the outcome of an evaluation as JSON: the twelve metrics by their short names, as fractions or -1 where there is
 * nothing to find, and the same for each category under {@code categories}.
 */
final class MetricsJson {
    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private MetricsJson() {}

    static void write(CocoMetrics metrics, Path file) throws IOException {
        Map<String, Object> content = new LinkedHashMap<>(values(metrics::value));
        Map<String, Object> categories = new LinkedHashMap<>();
        for (Category category : metrics.categories()) {
            categories.put(category.name(), values(metric -> metrics.value(metric, category.id())));
        }
        content.put("categories", categories);
        Files.writeString(file, MAPPER.writeValueAsString(content) + "\n");
    }

    private static Map<String, Double> values(ToDoubleFunction<CocoMetric> of) {
        Map<String, Double> values = new LinkedHashMap<>();
        for (CocoMetric metric : CocoMetric.values()) {
            values.put(metric.label(), of.applyAsDouble(metric));
        }
        return values;
    }
}
