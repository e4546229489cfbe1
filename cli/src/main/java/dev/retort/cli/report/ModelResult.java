package dev.retort.cli.report;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.retort.detection.eval.CocoMetric;
import dev.retort.detection.eval.CocoMetrics;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What came out for one model. Metrics are fractions from 0 to 1, or -1 where the data set has nothing to find.
 *
 * @param parameters number of its weights
 * @param seconds its training took
 */
public record ModelResult(
        @JsonProperty("AP") double ap,
        @JsonProperty("AP50") double ap50,
        @JsonProperty("AP75") double ap75,
        @JsonProperty("APs") double apSmall,
        @JsonProperty("APm") double apMedium,
        @JsonProperty("APl") double apLarge,
        long parameters,
        double seconds) {
    /** The result of an evaluation. */
    public static ModelResult of(CocoMetrics metrics, long parameters, double seconds) {
        return new ModelResult(
                metrics.value(CocoMetric.AP),
                metrics.value(CocoMetric.AP50),
                metrics.value(CocoMetric.AP75),
                metrics.value(CocoMetric.AP_SMALL),
                metrics.value(CocoMetric.AP_MEDIUM),
                metrics.value(CocoMetric.AP_LARGE),
                parameters,
                seconds);
    }

    /** The metrics by the names that summary.json has, in its order. */
    Map<String, Double> metrics() {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("AP", ap);
        metrics.put("AP50", ap50);
        metrics.put("AP75", ap75);
        metrics.put("APs", apSmall);
        metrics.put("APm", apMedium);
        metrics.put("APl", apLarge);
        return metrics;
    }
}
