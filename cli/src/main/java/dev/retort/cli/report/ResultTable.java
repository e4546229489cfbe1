package dev.retort.cli.report;

import dev.retort.cli.progress.Figures;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The table of results: a row a model, and rows of differences under them. Metrics are shown in percent. */
final class ResultTable {
    private final Summary summary;
    private final Map<String, String> names;

    ResultTable(Summary summary, Map<String, String> names) {
        this.summary = summary;
        this.names = names;
    }

    String html() {
        StringBuilder html =
                new StringBuilder("<div class=\"scroll\"><table id=\"results\">\n<thead><tr><th>model</th>");
        for (String metric : metricNames()) {
            html.append("<th>").append(metric).append("</th>");
        }
        html.append("<th>parameters</th><th>training</th></tr></thead>\n<tbody>\n");
        summary.models().forEach((key, result) -> row(html, key, result));
        summary.models().keySet().stream().filter(Summary::isDistilled).forEach(distilled -> {
            difference(html, distilled, Summary.STUDENT);
            difference(html, distilled, Summary.TEACHER);
        });
        return html.append("</tbody></table></div>\n").toString();
    }

    private Iterable<String> metricNames() {
        return new ModelResult(0, 0, 0, 0, 0, 0, 0, 0).metrics().keySet();
    }

    private void row(StringBuilder html, String key, ModelResult result) {
        html.append("<tr data-model=\"")
                .append(Html.escape(key))
                .append("\"><th scope=\"row\"><i class=\"dot model-")
                .append(Html.escape(key))
                .append("\"></i>")
                .append(Html.escape(names.getOrDefault(key, key)))
                .append("</th>");
        Map<String, Double> metrics = result.metrics();
        metrics.forEach((metric, value) -> cell(html, metric, value, percent(value), isBest(metric, value)));
        cell(html, "parameters", result.parameters(), count(result.parameters()), false);
        cell(html, "seconds", result.seconds(), time(result.seconds()), false);
        html.append("</tr>\n");
    }

    private static void cell(StringBuilder html, String metric, Object value, String shown, boolean best) {
        html.append("<td")
                .append(best ? " class=\"best\"" : "")
                .append(" data-metric=\"")
                .append(metric)
                .append("\" data-value=\"")
                .append(value)
                .append("\">")
                .append(shown)
                .append("</td>");
    }

    private boolean isBest(String metric, double value) {
        return value > 0
                && summary.models().values().stream()
                        .allMatch(other -> other.metrics().get(metric) <= value);
    }

    private void difference(StringBuilder html, String of, String to) {
        ModelResult first = summary.models().get(of);
        ModelResult second = summary.models().get(to);
        if (first == null || second == null) {
            return;
        }
        html.append("<tr class=\"difference\" data-difference=\"")
                .append(of)
                .append('-')
                .append(to)
                .append("\"><th scope=\"row\">")
                .append(Html.escape(names.getOrDefault(of, of)))
                .append(" against ")
                .append(Html.escape(names.getOrDefault(to, to).toLowerCase(Locale.ROOT)))
                .append("</th>");
        Map<String, Double> base = new LinkedHashMap<>(second.metrics());
        first.metrics().forEach((metric, value) -> {
            boolean both = value >= 0 && base.get(metric) >= 0;
            String sign = both ? (value >= base.get(metric) ? "up" : "down") : "";
            html.append("<td class=\"")
                    .append(sign)
                    .append("\">")
                    .append(both ? signed(value - base.get(metric)) : "\u2013")
                    .append("</td>");
        });
        html.append("<td></td><td></td></tr>\n");
    }

    static String percent(double fraction) {
        return CellFormat.PERCENT.text(fraction);
    }

    static String signed(double fraction) {
        return String.format(Locale.ROOT, "%+.1f", 100 * fraction).replace('-', '\u2212');
    }

    private static String count(long parameters) {
        return parameters >= 1_000_000
                ? String.format(Locale.ROOT, "%.1f M", parameters / 1e6)
                : String.format(Locale.ROOT, "%.0f k", parameters / 1e3);
    }

    private static String time(double seconds) {
        return Figures.duration(seconds);
    }
}
