package dev.retort.cli.progress;

import com.fasterxml.jackson.annotation.JsonAlias;
import java.util.Map;

/**
 * A line of metrics.jsonl.
 *
 * @param iteration counts from 0
 * @param losses by name
 * @param total sum of the losses
 * @param learningRate {@code learning_rate} in the file; {@code rate} in older ones
 * @param seconds since the run began, earlier parts of a resumed run included, pauses between them not
 * @param imagesPerSecond {@code images_per_second} in the file
 */
public record MetricsLine(
        long iteration,
        Map<String, Double> losses,
        double total,
        @JsonAlias("rate") double learningRate,
        double seconds,
        double imagesPerSecond) {
    public MetricsLine {
        losses = losses == null ? Map.of() : losses;
    }
}
