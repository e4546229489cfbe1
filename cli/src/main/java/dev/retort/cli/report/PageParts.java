package dev.retort.cli.report;

import java.util.Map;

/** What pages have in common: their head, paragraphs, images side by side. */
public final class PageParts {
    private PageParts() {}

    /** The top of a page: its title, a sentence or two, and facts by their labels. */
    public static String header(String title, String introduction, Map<String, String> facts) {
        StringBuilder html =
                new StringBuilder("<header>\n<h1>").append(Html.escape(title)).append("</h1>\n");
        html.append(paragraph("lead", introduction)).append("<dl id=\"facts\">\n");
        facts.forEach((label, value) -> html.append("<div><dt>")
                .append(Html.escape(label))
                .append("</dt><dd>")
                .append(Html.escape(value))
                .append("</dd></div>\n"));
        return html.append("</dl>\n</header>\n").toString();
    }

    /** A paragraph of a CSS class; nothing without a text. */
    public static String paragraph(String style, String text) {
        return text.isBlank() ? "" : "<p class=\"" + style + "\">" + Html.escape(text.strip()) + "</p>\n";
    }

    /** The beginning of a part of the page, with its heading; {@code </section>} ends it. */
    public static String section(String id, String title) {
        return "<section id=\"" + Html.escape(id) + "\">\n<h2>" + Html.escape(title) + "</h2>\n";
    }

    /** Images that belong together, each with its caption. */
    public static String figure(ReportData.Figure figure) {
        StringBuilder html = new StringBuilder("<figure>\n<div class=\"panels\">\n");
        for (ReportData.Panel panel : figure.panels()) {
            html.append("<div class=\"panel\" data-model=\"")
                    .append(Html.escape(panel.model()))
                    .append("\">")
                    .append(Html.image(panel.content(), panel.caption() + ": " + figure.caption()))
                    .append("<span>")
                    .append(Html.escape(panel.caption()))
                    .append("</span></div>\n");
        }
        return html.append("</div>\n<figcaption>")
                .append(Html.escape(figure.caption()))
                .append("</figcaption>\n</figure>\n")
                .toString();
    }
}
