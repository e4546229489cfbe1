package dev.retort.cli.report;

import java.util.Locale;

/** An SVG element, piece by piece. Colors and lines come from the page's style, by the pieces' CSS classes. */
final class Svg {
    private final StringBuilder xml = new StringBuilder();

    /**
     * Begins a chart.
     *
     * @param style its CSS classes
     * @param id unique in the page
     * @param title what a screen reader says of it
     */
    Svg(String style, String id, String title, double width, double height) {
        add(
                "<svg class=\"%s\" id=\"%s\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"%s\""
                        + " xmlns=\"http://www.w3.org/2000/svg\">\n",
                style, Html.escape(id), width, height, Html.escape(title));
    }

    /** Any piece, numbers with a decimal point. */
    Svg add(String pattern, Object... values) {
        xml.append(String.format(Locale.ROOT, pattern, values));
        return this;
    }

    Svg line(String style, double x1, double y1, double x2, double y2) {
        return add("<line class=\"%s\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" />\n", style, x1, x2, y1, y2);
    }

    /** @param anchor the point's place in the text: {@code start}, {@code middle} or {@code end} */
    Svg text(String style, String anchor, double x, double y, String text) {
        return add(
                "<text class=\"%s\" text-anchor=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>\n",
                style, anchor, x, y, Html.escape(text));
    }

    /** A line through points. */
    static String path(double[] x, double[] y) {
        StringBuilder d = new StringBuilder();
        for (int i = 0; i < x.length; i++) {
            d.append(String.format(Locale.ROOT, "%s%.1f %.1f", i == 0 ? "M" : "L", x[i], y[i]));
        }
        return d.toString();
    }

    /** The whole element. */
    String end() {
        return xml.append("</svg>\n").toString();
    }
}
