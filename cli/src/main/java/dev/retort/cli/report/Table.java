package dev.retort.cli.report;

import java.util.List;
import java.util.Set;

/** An HTML table; where it is wider than the page it scrolls sideways, by keyboard, too. */
public final class Table {
    private final StringBuilder html = new StringBuilder();

    /**
     * Begins a table of numbers.
     *
     * @param title what a screen reader says of it
     * @param header the first is of the rows' names
     */
    public Table(String title, List<String> header) {
        this(title, header, Set.of());
    }

    /**
     * Begins a table some columns of which have texts.
     *
     * @param texts their places in {@code header}
     */
    public Table(String title, List<String> header, Set<Integer> texts) {
        html.append("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"")
                .append(Html.escape(title))
                .append("\"><table>\n<thead><tr>");
        for (int i = 0; i < header.size(); i++) {
            html.append(texts.contains(i) ? "<th class=\"text\" scope=\"col\">" : "<th scope=\"col\">")
                    .append(Html.escape(header.get(i)))
                    .append("</th>");
        }
        html.append("</tr></thead>\n<tbody>\n");
    }

    /**
     * Adds a row.
     *
     * @param cells elements of HTML
     */
    public Table row(String name, String... cells) {
        html.append("<tr><th scope=\"row\">").append(Html.escape(name)).append("</th>");
        for (String cell : cells) {
            html.append(cell);
        }
        html.append("</tr>\n");
        return this;
    }

    /** A cell of a column of texts. */
    public static String text(String text) {
        return "<td class=\"text\">" + Html.escape(text) + "</td>";
    }

    /** The whole table. */
    public String html() {
        return html + "</tbody></table></div>\n";
    }
}
