package dev.retort.cli.study;

import dev.retort.detection.eval.CocoMetric;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * A study for programs: as JSON with all runs and statistics, metrics as fractions, and as CSV with a line for each row, metrics
 * in percent. In JSON, what depends on the machine's speed lies under keys named {@code seconds} and nowhere else.
 */
final class DataOutput {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    /** Of statistics: below what any number here means. */
    private static final int DECIMALS = 8;

    private DataOutput() {}

    static String json(StudyReport report) {
        Study study = report.study();
        Map<String, Object> content = new LinkedHashMap<>();
        content.put("format", 1);
        content.put("name", study.name());
        content.put("split", study.split());
        content.put("images", report.images());
        content.put("seeds", study.seeds());
        content.put("metrics", study.metrics().stream().map(CocoMetric::label).toList());
        content.put("published", study.published());
        content.put("teacher", teacher(report));
        content.put("notices", report.notices());
        content.put(
                "tables",
                report.tables().stream().map(table -> table(table, study)).toList());
        content.put("results_without_row", report.others());
        return JSON.writeValueAsString(content) + "\n";
    }

    private static Map<String, Object> teacher(StudyReport report) {
        Map<String, Object> content = new LinkedHashMap<>();
        content.put("name", report.teacherName());
        report.teacher().ifPresent(result -> content.putAll(run(result)));
        return content;
    }

    private static Map<String, Object> table(TableFigures figures, Study study) {
        Map<String, Object> content = new LinkedHashMap<>();
        content.put("name", figures.table().name());
        content.put("reference", figures.table().reference());
        content.put("resolution", figures.resolution(study.metric().label()));
        put(content, "smallest_visible_difference", figures.visible());
        content.put("rows", figures.rows().stream().map(row -> row(row, study)).toList());
        return content;
    }

    private static Map<String, Object> row(RowFigures row, Study study) {
        Map<String, Object> content = new LinkedHashMap<>();
        content.put("name", row.row().name());
        content.put("key", row.key());
        content.put("distil", row.row().distil());
        content.put("settings", row.row().settings());
        row.row().published().ifPresent(value -> content.put("published", value));
        content.put("n", row.n());
        content.put("failed", row.failed());
        Map<String, Object> metrics = new LinkedHashMap<>();
        for (CocoMetric metric : study.metrics()) {
            Map<String, Object> figures = new LinkedHashMap<>();
            put(figures, "mean", row.mean(metric));
            put(figures, "deviation", row.deviation(metric));
            metrics.put(metric.label(), figures);
        }
        content.put("metrics", metrics);
        row.difference().ifPresent(difference -> content.put("difference", difference(difference)));
        row.seconds().ifPresent(mean -> content.put("seconds", mean));
        content.put("runs", row.runs().stream().map(DataOutput::run).toList());
        return content;
    }

    private static Map<String, Object> difference(RowFigures.Difference difference) {
        Map<String, Object> content = new LinkedHashMap<>();
        content.put("n", difference.n());
        content.put("mean", rounded(difference.mean()));
        put(content, "deviation", difference.deviation());
        put(content, "interval", difference.interval());
        put(content, "interval_corrected", difference.corrected());
        put(content, "p_corrected", difference.probability());
        put(content, "interval_over_images", difference.overImages());
        content.put("better", difference.better());
        content.put("different", difference.isDifferent());
        return content;
    }

    private static Map<String, Object> run(RowFigures.SeedRun run) {
        Map<String, Object> content = new LinkedHashMap<>();
        content.put("seed", run.seed());
        content.put("state", run.result().isEmpty() && run.givenUp().isEmpty() ? "missing" : state(run));
        if (!run.givenUp().isEmpty()) {
            content.put("message", run.givenUp());
        }
        run.result().ifPresent(result -> content.putAll(run(result)));
        return content;
    }

    private static String state(RowFigures.SeedRun run) {
        return run.result().isEmpty() ? "crashed" : run.isFailed() ? "failed" : "done";
    }

    private static Map<String, Object> run(RunResult result) {
        Map<String, Object> content = new LinkedHashMap<>();
        content.put("seed", result.seed());
        result.failure().ifPresent(failure -> content.put("failure", failure));
        content.put("metrics", result.metrics());
        Map<String, Object> classes = new LinkedHashMap<>();
        result.classes().forEach((id, of) -> {
            Map<String, Object> shown = new LinkedHashMap<>();
            shown.put("name", of.name());
            shown.put(CocoMetric.AP.label(), of.metrics().get(CocoMetric.AP.label()));
            classes.put(id, shown);
        });
        content.put("classes", classes);
        content.put("losses", result.losses());
        content.put("iterations", result.iterations());
        content.put("machine", result.machine());
        content.put("seconds", result.seconds());
        return content;
    }

    private static void put(Map<String, Object> content, String name, OptionalDouble value) {
        value.ifPresent(number -> content.put(name, rounded(number)));
    }

    private static void put(Map<String, Object> content, String name, Optional<Interval> interval) {
        interval.ifPresent(bounds -> content.put(name, List.of(rounded(bounds.low()), rounded(bounds.high()))));
    }

    private static double rounded(double value) {
        return BigDecimal.valueOf(value)
                .setScale(DECIMALS, RoundingMode.HALF_EVEN)
                .doubleValue();
    }

    /** A line for each row. */
    static String csv(StudyReport report) {
        Study study = report.study();
        List<String> header = new ArrayList<>(List.of("table", "row", "reference", "n", "failed"));
        for (CocoMetric metric : study.metrics()) {
            header.add(metric.label());
            header.add(metric.label() + "_sd");
        }
        header.addAll(List.of(
                "difference",
                "low",
                "high",
                "low_corrected",
                "high_corrected",
                "p_corrected",
                "low_over_images",
                "high_over_images",
                "different",
                "better",
                "seconds",
                "published"));
        StringBuilder text = new StringBuilder(String.join(",", header)).append('\n');
        for (TableFigures figures : report.tables()) {
            for (RowFigures row : figures.rows()) {
                text.append(String.join(",", csv(figures, row, study))).append('\n');
            }
        }
        return text.toString();
    }

    private static List<String> csv(TableFigures figures, RowFigures row, Study study) {
        List<String> cells = new ArrayList<>(List.of(
                figures.table().name(),
                row.row().name(),
                figures.table().reference(),
                Integer.toString(row.n()),
                Long.toString(row.failed())));
        for (CocoMetric metric : study.metrics()) {
            cells.add(percent(row.mean(metric)));
            cells.add(percent(row.deviation(metric)));
        }
        Optional<RowFigures.Difference> d = row.difference();
        cells.add(d.map(of -> percent(of.mean())).orElse(""));
        cells.addAll(bounds(d.flatMap(RowFigures.Difference::interval)));
        cells.addAll(bounds(d.flatMap(RowFigures.Difference::corrected)));
        cells.add(d.map(RowFigures.Difference::probability)
                .filter(OptionalDouble::isPresent)
                .map(p -> String.format(Locale.ROOT, "%.6g", p.getAsDouble()))
                .orElse(""));
        cells.addAll(bounds(d.flatMap(RowFigures.Difference::overImages)));
        cells.add(d.map(of -> Boolean.toString(of.isDifferent())).orElse(""));
        cells.add(d.map(of -> Integer.toString(of.better())).orElse(""));
        cells.add(number(row.seconds(), "%.1f"));
        cells.add(number(row.row().published(), "%s"));
        return cells;
    }

    private static List<String> bounds(Optional<Interval> interval) {
        return interval.map(of -> List.of(percent(of.low()), percent(of.high())))
                .orElse(List.of("", ""));
    }

    private static String percent(OptionalDouble fraction) {
        return fraction.isEmpty() ? "" : percent(fraction.getAsDouble());
    }

    private static String percent(double fraction) {
        return String.format(Locale.ROOT, "%.4f", 100 * fraction);
    }

    private static String number(OptionalDouble value, String format) {
        return value.isEmpty() ? "" : String.format(Locale.ROOT, format, value.getAsDouble());
    }
}
