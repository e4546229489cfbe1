package dev.retort.cli.report;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Draws values of several runs as SVG: a line for each row, a dot for each run, a tick at each row's mean, and a dashed line at
 * the mean of one of the rows.
 *
 * @param id of the element, unique in the page
 * @param xLabel what is drawn
 * @param reference name of the row whose mean is the dashed line
 */
public record DotChart(String id, String title, String xLabel, String reference, List<Row> rows) {
    /** CSS that the page has to have besides that of all pages. */
    public static final String STYLE =
            """
            .dots circle { fill: var(--student); opacity: 0.75; }
            .dots .mean { stroke: var(--ink); stroke-width: 2; }
            .dots .reference { stroke: var(--teacher); stroke-dasharray: 5 4; }
            .dots .name { fill: var(--ink); }
            """;

    private static final double WIDTH = 1000;
    private static final double LEFT = 220;
    private static final double RIGHT = 30;
    private static final double TOP = 14;
    private static final double BOTTOM = 46;
    private static final double LINE = 30;
    private static final int TICKS = 8;

    /** A row: its values by the names of their runs. */
    public record Row(String name, Map<String, Double> values) {
        double mean() {
            return values.values().stream()
                    .mapToDouble(Double::doubleValue)
                    .average()
                    .orElse(Double.NaN);
        }
    }

    public DotChart {
        rows = List.copyOf(rows);
    }

    /** The element; empty if no row has a value. */
    public String svg() {
        double[] all = rows.stream()
                .flatMap(row -> row.values.values().stream())
                .mapToDouble(Double::doubleValue)
                .sorted()
                .toArray();
        if (all.length == 0) {
            return "";
        }
        double step = LineChart.roundStep(Math.max(all[all.length - 1] - all[0], 1e-3) / TICKS);
        Axis axis =
                new Axis(Math.floor(all[0] / step) * step, (Math.floor(all[all.length - 1] / step) + 1) * step, step);
        double bottom = TOP + rows.size() * LINE;
        Svg svg = new Svg("chart dots", id, title, WIDTH, bottom + BOTTOM);
        axis.grid(svg, bottom, xLabel);
        for (int i = 0; i < rows.size(); i++) {
            row(svg, rows.get(i), axis, TOP + (i + 0.5) * LINE, bottom);
        }
        return svg.end();
    }

    private void row(Svg svg, Row row, Axis axis, double y, double bottom) {
        svg.text("name", "end", LEFT - 14, y + 4, row.name);
        if (row.values.isEmpty()) {
            return;
        }
        double mean = axis.x(row.mean());
        if (row.name.equals(reference)) {
            svg.line("reference", mean, TOP, mean, bottom);
        }
        row.values.forEach((run, value) -> svg.add(
                "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" data-row=\"%s\" data-run=\"%s\" data-value=\"%s\"><title>%s %s: %.1f</title></circle>\n",
                axis.x(value),
                y,
                Html.escape(row.name),
                Html.escape(run),
                value,
                Html.escape(row.name),
                Html.escape(run),
                value));
        svg.line("mean", mean, y - 9, mean, y + 9);
    }

    private record Axis(double low, double high, double step) {
        double x(double value) {
            return LEFT + (value - low) / (high - low) * (WIDTH - LEFT - RIGHT);
        }

        void grid(Svg svg, double bottom, String label) {
            int decimals = Math.max(0, (int) -Math.floor(Math.log10(step) + 1e-9));
            long count = Math.round((high - low) / step);
            for (int i = 0; i <= count; i++) {
                double value = low + i * step;
                String tick = String.format(Locale.ROOT, "%." + decimals + "f", value);
                svg.line("grid", x(value), TOP, x(value), bottom).text("tick", "middle", x(value), bottom + 18, tick);
            }
            svg.text("label", "end", WIDTH - RIGHT, bottom + 38, label);
        }
    }
}
