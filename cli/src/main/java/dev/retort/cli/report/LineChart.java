package dev.retort.cli.report;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Draws curves over iterations as SVG: axes with round ticks, a legend, each curve smoothed over its faint raw values.
 * Colors come from the page's style, by the curve's number, so that the chart follows light and dark mode.
 */
final class LineChart {
    private static final double WIDTH = 1000;
    private static final double HEIGHT = 360;
    private static final double LEFT = 52;
    private static final double RIGHT = 14;
    private static final double TOP = 40;
    private static final double BOTTOM = 46;
    private static final int TICKS = 6;

    /** A run's first losses are far above all others and would flatten the rest. */
    private static final double SHOWN_SHARE = 0.97;

    /** Share of a curve's points that its mean reaches to each side. */
    private static final double REACH = 0.03;

    private final ReportData.Chart chart;
    private final double xMax;
    private final double yMax;
    private final double xStep;
    private final double yStep;

    LineChart(ReportData.Chart chart) {
        this.chart = chart;
        double lastX = chart.curves().stream()
                .flatMapToDouble(curve -> Arrays.stream(curve.iterations()))
                .max()
                .orElse(1);
        double[] all = chart.curves().stream()
                .flatMapToDouble(curve -> Arrays.stream(curve.values()))
                .sorted()
                .toArray();
        double high = all.length == 0 ? 1 : all[(int) ((all.length - 1) * SHOWN_SHARE)];
        xStep = roundStep(Math.max(lastX, 1) / TICKS);
        yStep = roundStep((high > 0 ? high : 1) / TICKS);
        xMax = Math.max(lastX, 1);
        yMax = Math.ceil((high > 0 ? high : 1) / yStep) * yStep;
    }

    /** 1, 2 or 5 times a power of ten, at least {@code rough}. */
    static double roundStep(double rough) {
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        for (double factor : new double[] {1, 2, 5}) {
            if (factor * power >= rough * (1 - 1e-9)) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    /** The mean over points before and after each point, so that it does not lag; over fewer at the ends. */
    static double[] smooth(double[] values) {
        int reach = (int) Math.ceil(values.length * REACH);
        double[] out = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            // A loss falls steeply at the start: a window that looks ahead only would hide it.
            int side = Math.min(reach, i);
            int end = Math.min(values.length, i + side + 1);
            out[i] = Arrays.stream(values, i - side, end).average().orElseThrow();
        }
        return out;
    }

    String svg() {
        Svg svg = new Svg("chart", chart.id(), chart.title(), WIDTH, HEIGHT);
        grid(svg);
        List<ReportData.Curve> curves = chart.curves();
        svg.add(
                "<clipPath id=\"%s-area\"><rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" /></clipPath>\n",
                Html.escape(chart.id()), LEFT, TOP, WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM);
        svg.add("<g clip-path=\"url(#%s-area)\">\n", Html.escape(chart.id()));
        for (int i = 0; i < curves.size(); i++) {
            path(svg, curves.get(i), i, "raw", curves.get(i).values());
        }
        for (int i = 0; i < curves.size(); i++) {
            path(svg, curves.get(i), i, "curve", smooth(curves.get(i).values()));
        }
        svg.add("</g>\n");
        legend(svg);
        return svg.end();
    }

    private void grid(Svg svg) {
        for (int i = 0; i * yStep <= yMax * (1 + 1e-9); i++) {
            double y = y(i * yStep);
            svg.line("grid", LEFT, y, WIDTH - RIGHT, y).text("tick", "end", LEFT - 8, y + 4, tick(i * yStep, yStep));
        }
        for (int i = 0; i * xStep <= xMax * (1 + 1e-9); i++) {
            double x = x(i * xStep);
            svg.line("grid", x, HEIGHT - BOTTOM, x, HEIGHT - BOTTOM + 5)
                    .text("tick", "middle", x, HEIGHT - BOTTOM + 20, tick(i * xStep, xStep));
        }
        svg.text("label", "end", WIDTH - RIGHT, HEIGHT - 8, "iteration").text("label", "start", 8, 18, chart.yLabel());
    }

    private void path(Svg svg, ReportData.Curve curve, int number, String kind, double[] values) {
        svg.add(
                "<path class=\"%s series-%d\" data-model=\"%s\" data-name=\"%s\" data-points=\"%d\" d=\"%s\" />\n",
                kind,
                number,
                Html.escape(curve.model()),
                Html.escape(curve.name()),
                values.length,
                Svg.path(
                        Arrays.stream(curve.iterations()).map(this::x).toArray(),
                        Arrays.stream(values).map(this::y).toArray()));
    }

    /** From the right: the left is the axis label's. */
    private void legend(Svg svg) {
        double x = WIDTH - RIGHT;
        for (int i = chart.curves().size() - 1; i >= 0; i--) {
            String name = chart.curves().get(i).name();
            svg.text("legend", "end", x, 18, name);
            x -= name.length() * 7.2 + 8;
            svg.line("key series-" + i, x - 18, 14, x, 14);
            x -= 36;
        }
    }

    private double x(double iteration) {
        return LEFT + iteration / xMax * (WIDTH - LEFT - RIGHT);
    }

    private double y(double value) {
        return HEIGHT - BOTTOM - value / yMax * (HEIGHT - TOP - BOTTOM);
    }

    private static String tick(double value, double step) {
        int decimals = Math.max(0, (int) -Math.floor(Math.log10(step) + 1e-9));
        return String.format(Locale.ROOT, "%,." + decimals + "f", value).replace(',', '\u2009');
    }
}
