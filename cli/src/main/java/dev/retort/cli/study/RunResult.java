package dev.retort.cli.study;

import dev.retort.detection.data.Category;
import dev.retort.detection.eval.CocoMetric;
import dev.retort.detection.eval.CocoMetrics;
import dev.retort.tensor.io.AtomicFile;
import dev.retort.tensor.io.JsonProblem;
import dev.retort.tensor.io.Utf8File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * How a run ended, as result.json has it: written last, so that a run with one is done.
 *
 * @param format of the file
 * @param key of the run, 64 hexadecimal digits
 * @param failure why there is no model; none where the run is complete
 * @param metrics COCO's twelve of the last weights as fractions, by short name, -1 where there is nothing to find; empty after a
 *     failure
 * @param classes the same for each category, by its id
 * @param losses of the last step that metrics.jsonl has
 * @param iterations optimizer steps; 0 where a model was only evaluated
 */
public record RunResult(
        int format,
        String key,
        long seed,
        boolean distilled,
        Optional<Failure> failure,
        Map<String, Double> metrics,
        Map<String, ClassMetrics> classes,
        Map<String, Double> losses,
        long iterations,
        Seconds seconds,
        Machine machine) {
    /** Name of the file. */
    public static final String FILE = "result.json";

    static final int FORMAT = 1;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /**
     * A loss that was not a finite number.
     *
     * @param loss its name
     * @param iteration of the step, counting from 0
     */
    public record Failure(String loss, long iteration, String message) {}

    /** A category's metrics. */
    public record ClassMetrics(String name, Map<String, Double> metrics) {}

    /**
     * Seconds that a run took.
     *
     * @param training of all steps that count, those before a resume included
     */
    public record Seconds(double training, double evaluation) {
        double total() {
            return training + evaluation;
        }
    }

    /** What computed. */
    public record Machine(String device, String processor, int threads, String java, String version) {}

    public RunResult {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(seconds, "seconds");
        Objects.requireNonNull(machine, "machine");
        failure = failure == null ? Optional.empty() : failure;
        metrics = new LinkedHashMap<>(metrics);
        classes = new LinkedHashMap<>(classes);
        losses = new LinkedHashMap<>(losses);
    }

    /** Whether there is no model, since a loss was not a finite number. */
    boolean isFailed() {
        return failure.isPresent();
    }

    /** A metric as a fraction. */
    double value(CocoMetric metric) {
        return metrics.getOrDefault(metric.label(), -1.0);
    }

    static Map<String, Double> metrics(CocoMetrics metrics) {
        return values(metrics::value);
    }

    static Map<String, ClassMetrics> classes(CocoMetrics metrics) {
        Map<String, ClassMetrics> classes = new LinkedHashMap<>();
        for (Category category : metrics.categories()) {
            classes.put(
                    Long.toString(category.id()),
                    new ClassMetrics(category.name(), values(metric -> metrics.value(metric, category.id()))));
        }
        return classes;
    }

    private static Map<String, Double> values(ToDoubleFunction<CocoMetric> of) {
        Map<String, Double> values = new LinkedHashMap<>();
        for (CocoMetric metric : CocoMetric.values()) {
            values.put(metric.label(), of.applyAsDouble(metric));
        }
        return values;
    }

    /** Writes the file of a folder, whole or not at all. */
    void write(Path folder) throws IOException {
        AtomicFile.writeString(folder.resolve(FILE), JSON.writeValueAsString(this) + "\n");
    }

    /**
     * Reads the file of a folder.
     *
     * @throws IOException if it is none, naming it
     */
    static RunResult read(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        try {
            RunResult result = JSON.readValue(Utf8File.read(file), RunResult.class);
            if (result == null || result.format != FORMAT) {
                throw new IOException(file + " is no result of this version: remove it, and the run is made anew");
            }
            return result;
        } catch (JacksonException e) {
            throw new IOException(
                    file + " is no result: it " + JsonProblem.of(e, "JSON") + ". Remove it, and the run is made anew",
                    e);
        }
    }
}
