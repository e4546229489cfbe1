package dev.retort.cli.report;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Draws curves and bars as SVG, on axes that go from 0 to 1. Curves and bars carry {@code data-json}, the place of their numbers in
 * the JSON that the page shows. Small, so that its texts can be read on a phone.
 *
 * @param id of the element, unique in the page
 * @param title what a screen reader says of it
 * @param diagonal whether the line from 0 to 1 is drawn
 */
public record UnitChart(
        String id, String title, String xLabel, String yLabel, boolean diagonal, List<Bar> bars, List<Curve> curves) {
    private static final double WIDTH = 420;
    private static final double HEIGHT = 320;
    private static final double LEFT = 40;
    private static final double RIGHT = 12;
    private static final double TOP = 26;
    private static final double BOTTOM = 44;
    private static final int TICKS = 5;

    /**
     * A line through points in [0, 1].
     *
     * @param json where the values of y are
     */
    public record Curve(String json, double[] x, double[] y) {}

    /**
     * A bar from 0 up.
     *
     * @param json where its height is
     */
    public record Bar(String json, double from, double to, double height) {}

    public UnitChart {
        bars = List.copyOf(bars);
        curves = List.copyOf(curves);
    }

    /** The names of curves in the colors of their numbers, as HTML to stand beside charts. */
    public static String legend(List<String> names) {
        StringBuilder html = new StringBuilder("<ul class=\"legend\">");
        for (int i = 0; i < names.size(); i++) {
            html.append("<li><i class=\"dot series-")
                    .append(i)
                    .append("\"></i>")
                    .append(Html.escape(names.get(i)))
                    .append("</li>");
        }
        return html.append("</ul>\n").toString();
    }

    /** The element. */
    public String svg() {
        Svg svg = new Svg("chart unit", id, title, WIDTH, HEIGHT);
        for (int i = 0; i <= TICKS; i++) {
            double at = (double) i / TICKS;
            String tick = String.format(Locale.ROOT, "%.1f", at);
            svg.line("grid", LEFT, y(at), WIDTH - RIGHT, y(at)).text("tick", "end", LEFT - 6, y(at) + 4, tick);
            svg.line("grid", x(at), TOP, x(at), HEIGHT - BOTTOM).text("tick", "middle", x(at), y(0) + 17, tick);
        }
        svg.text("label", "end", WIDTH - RIGHT, HEIGHT - 8, xLabel).text("label", "start", 4, 14, yLabel);
        for (Bar bar : bars) {
            svg.add(
                    "<rect class=\"bar\" data-json=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" />\n",
                    Html.escape(bar.json),
                    x(bar.from) + 1,
                    y(bar.height),
                    x(bar.to) - x(bar.from) - 2,
                    y(0) - y(bar.height));
        }
        if (diagonal) {
            svg.line("diagonal", x(0), y(0), x(1), y(1));
        }
        for (int i = 0; i < curves.size(); i++) {
            Curve curve = curves.get(i);
            svg.add(
                    "<path class=\"curve series-%d\" data-json=\"%s\" d=\"%s\" />\n",
                    i,
                    Html.escape(curve.json),
                    Svg.path(
                            Arrays.stream(curve.x).map(UnitChart::x).toArray(),
                            Arrays.stream(curve.y).map(UnitChart::y).toArray()));
        }
        return svg.end();
    }

    private static double x(double value) {
        return LEFT + value * (WIDTH - LEFT - RIGHT);
    }

    private static double y(double value) {
        return HEIGHT - BOTTOM - value * (HEIGHT - TOP - BOTTOM);
    }
}
