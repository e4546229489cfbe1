package dev.retort.cli;

import dev.retort.cli.job.TextFile;
import dev.retort.detection.data.Category;
import dev.retort.detection.eval.CocoMetric;
import dev.retort.detection.eval.CocoMetrics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes the outcome of an evaluation as JSON: the twelve metrics by their short names, as fractions or -1 where there is
 * nothing to find, and the same for each category under {@code categories}, by its id and with its name: two categories may have one name.
 */
public final class MetricsJson {
    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private MetricsJson() {}

    /** Writes the metrics. */
    public static void write(CocoMetrics metrics, Path file) throws IOException {
        write(content(metrics), file);
    }

    /** Writes what {@link #content} gives, and what was added to it. */
    static void write(Map<String, Object> content, Path file) throws IOException {
        TextFile.write(file, MAPPER.writeValueAsString(content) + "\n");
    }

    /** The metrics, in the order in which they are written. */
    static Map<String, Object> content(CocoMetrics metrics) {
        Map<String, Object> content = new LinkedHashMap<>(values(metrics::value));
        Map<String, Object> categories = new LinkedHashMap<>();
        for (Category category : metrics.categories()) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("name", category.name());
            entry.putAll(values(metric -> metrics.value(metric, category.id())));
            categories.put(Long.toString(category.id()), entry);
        }
        content.put("categories", categories);
        return content;
    }

    /** The same as {@link #write} writes it, for those who read it. */
    static JsonNode tree(Map<String, Object> content) {
        return MAPPER.valueToTree(content);
    }

    private static Map<String, Double> values(ToDoubleFunction<CocoMetric> of) {
        Map<String, Double> values = new LinkedHashMap<>();
        for (CocoMetric metric : CocoMetric.values()) {
            values.put(metric.label(), of.applyAsDouble(metric));
        }
        return values;
    }
}
