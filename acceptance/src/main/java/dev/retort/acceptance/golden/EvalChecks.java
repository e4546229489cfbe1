package dev.retort.acceptance.golden;

import dev.retort.detection.data.Category;
import dev.retort.detection.eval.CocoEvaluator;
import dev.retort.detection.eval.CocoMetric;
import dev.retort.detection.eval.CocoMetrics;
import dev.retort.detection.eval.EvaluationFiles;
import dev.retort.detection.eval.GroundTruthSet;
import dev.retort.tensor.io.SafeTensors;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The golden cases of group {@code eval}: COCO metrics from annotation and result files. */
final class EvalChecks {
    private EvalChecks() {}

    static Map<String, GoldenCheck> checks() {
        return Map.of("coco_eval", EvalChecks::cocoEval);
    }

    private static void cocoEval(GoldenCase golden) throws IOException {
        GroundTruthSet truth = EvaluationFiles.readGroundTruth(golden.file("gt.json"));
        CocoEvaluator evaluator = new CocoEvaluator(truth);
        evaluator.process(EvaluationFiles.readDetections(golden.file("dt.json"), truth));
        CocoMetrics metrics = evaluator.evaluate();
        JsonNode expected;
        try (InputStream in = Files.newInputStream(golden.file("expected.json"))) {
            expected = new JsonMapper().readTree(in);
        }
        compareStats(golden, metrics, expected.required("stats"));
        compareCategories(golden, metrics, expected.required("per_class"));
        compareSummary(golden, metrics.summary(), Files.readString(golden.file("summary.txt")));
        Path arrays = golden.file("arrays.safetensors");
        if (Files.exists(arrays)) {
            compareArrays(golden, metrics, arrays);
        }
    }

    private static void compareStats(GoldenCase golden, CocoMetrics metrics, JsonNode stats) {
        double tolerance = golden.tolerance("stats");
        if (stats.size() != CocoMetric.values().length) {
            throw new AssertionError(golden + " expects " + stats.size() + " metrics");
        }
        for (CocoMetric metric : CocoMetric.values()) {
            compare(golden + " " + metric, metrics.value(metric), stats.required(metric.label()), tolerance);
        }
    }

    private static void compareCategories(GoldenCase golden, CocoMetrics metrics, JsonNode categories) {
        double tolerance = golden.tolerance("per_class");
        if (categories.size() != metrics.categories().size()) {
            throw new AssertionError(golden + " expects " + categories.size() + " categories");
        }
        Iterator<Category> actual = metrics.categories().iterator();
        for (JsonNode expected : categories) {
            Category category = actual.next();
            if (category.id() != expected.required("category_id").longValue()
                    || !category.name().equals(expected.required("name").stringValue())) {
                throw new AssertionError(golden + ": " + category + ", expected " + expected);
            }
            for (CocoMetric metric : CocoMetric.values()) {
                if (expected.has(metric.label())) {
                    compare(
                            golden + " " + category.name() + " " + metric,
                            metrics.value(metric, category.id()),
                            expected.get(metric.label()),
                            tolerance);
                }
            }
        }
    }

    /** The file has no number (null), or -1 among the totals, where there is nothing to find. */
    private static void compare(String what, double actual, JsonNode expected, double tolerance) {
        double value = expected.isNull() ? -1 : expected.doubleValue();
        if (!(Math.abs(actual - value) <= tolerance)) {
            throw new AssertionError(what + " is " + actual + ", expected " + value);
        }
    }

    /** Labels must agree to the letter; a number on the edge of rounding may fall to either side. */
    private static void compareSummary(GoldenCase golden, String actual, String expected) {
        List<String> actualLines = actual.strip().lines().toList();
        List<String> expectedLines = expected.strip().lines().toList();
        if (actualLines.size() != expectedLines.size()) {
            throw new AssertionError(golden + ": the summary is\n" + actual + "\nexpected\n" + expected);
        }
        for (int i = 0; i < actualLines.size(); i++) {
            String[] a = actualLines.get(i).strip().split("] = ");
            String[] e = expectedLines.get(i).strip().split("] = ");
            double difference = Math.abs(Double.parseDouble(a[1]) - Double.parseDouble(e[1]));
            if (!a[0].equals(e[0]) || difference > 0.001 + 1e-9) {
                throw new AssertionError(golden + ": " + actualLines.get(i) + ", expected " + expectedLines.get(i));
            }
        }
    }

    private static void compareArrays(GoldenCase golden, CocoMetrics metrics, Path arrays) throws IOException {
        double tolerance = golden.tolerance("stats");
        try (SafeTensors file = SafeTensors.open(arrays)) {
            compare(golden + " precision", metrics.precision(), file.entry("precision"), tolerance);
            compare(golden + " scores", metrics.scores(), file.entry("scores"), tolerance);
            compare(golden + " recall", metrics.recall(), file.entry("recall"), tolerance);
        }
    }

    private static void compare(String what, double[] actual, SafeTensors.Entry entry, double tolerance)
            throws IOException {
        double[] expected = entry.toDoubles();
        if (actual.length != expected.length) {
            throw new AssertionError(what + " has " + actual.length + " numbers, expected " + expected.length);
        }
        for (int i = 0; i < actual.length; i++) {
            if (!(Math.abs(actual[i] - expected[i]) <= tolerance)) {
                throw new AssertionError(what + " at " + i + " is " + actual[i] + ", expected " + expected[i]);
            }
        }
    }
}
