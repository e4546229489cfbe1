package dev.retort.cli.study;

import dev.retort.cli.report.DotChart;
import dev.retort.cli.report.Html;
import dev.retort.cli.report.PageParts;
import dev.retort.detection.eval.CocoMetric;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A study as an HTML page that needs nothing else: for each table its figures and a dot for each run. Well-formed XML. */
final class StudyPage {
    private static final String STYLE = DotChart.STYLE
            + """
            .reading { padding-left: 20px; margin: 20px 0 0; }
            .yes { font-weight: 700; }
            """;

    private static final String ABOUT_TABLE =
            """
            Means over seeds, in percent. A difference is the mean of paired differences, runs of one seed being a pair; its interval is
            Student\u2019s, then once more with Holm\u2019s correction for the rows of the table. The interval over images comes from samples
            of the test images. Only where both leave out zero is a row called different.
            """;

    private static final String ABOUT_DOTS =
            "A dot for each run, a tick at the mean; the dashed line is the mean of the reference.";

    private StudyPage() {}

    static String html(StudyReport report) {
        Study study = report.study();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("split", study.split() + ", " + report.images() + " images");
        facts.put(
                "seeds",
                String.join(", ", study.seeds().stream().map(String::valueOf).toList()));
        report.teacher()
                .ifPresent(result -> facts.put(
                        "teacher", study.metric().label() + " " + Shown.percent(result.value(study.metric()))));
        StringBuilder html =
                new StringBuilder(PageParts.header(study.name(), "What differs, and what cannot be told.", facts));
        html.append("<ul class=\"reading\">\n");
        report.head()
                .forEach(line -> html.append("<li>").append(Html.escape(line)).append("</li>\n"));
        html.append("</ul>\n");
        report.tables().forEach(table -> section(html, table, study));
        return Html.page(study.name(), STYLE, html);
    }

    private static void section(StringBuilder html, TableFigures figures, Study study) {
        String name = figures.table().name();
        html.append("<section id=\"")
                .append(Html.escape(name))
                .append("\">\n<h2>")
                .append(Html.escape(name))
                .append("</h2>\n");
        table(html, TableCells.of(figures, study));
        html.append(PageParts.paragraph("explanation", ABOUT_TABLE));
        html.append(chart(figures, study.metric()).svg());
        html.append(PageParts.paragraph("explanation", ABOUT_DOTS)).append("</section>\n");
    }

    private static void table(StringBuilder html, TableCells cells) {
        html.append("<div class=\"scroll\"><table>\n<thead><tr>");
        cells.header()
                .forEach(cell -> html.append("<th>").append(Html.escape(cell)).append("</th>"));
        html.append("</tr></thead>\n<tbody>\n");
        for (List<String> row : cells.rows()) {
            html.append("<tr><th scope=\"row\">")
                    .append(Html.escape(row.get(0)))
                    .append("</th>");
            row.subList(1, row.size()).forEach(cell -> html.append(cell.equals("yes") ? "<td class=\"yes\">" : "<td>")
                    .append(Html.escape(cell))
                    .append("</td>"));
            html.append("</tr>\n");
        }
        html.append("</tbody></table></div>\n");
        cells.footnotes().forEach(note -> html.append(PageParts.paragraph("explanation", note)));
    }

    private static DotChart chart(TableFigures figures, CocoMetric metric) {
        List<DotChart.Row> rows = figures.rows().stream()
                .map(row -> {
                    Map<String, Double> values = new LinkedHashMap<>();
                    row.complete()
                            .forEach(run -> values.put(
                                    "seed " + run.seed(),
                                    100 * run.result().orElseThrow().value(metric)));
                    return new DotChart.Row(row.row().name(), values);
                })
                .toList();
        String name = figures.table().name();
        return new DotChart(
                "dots-" + name,
                metric.label() + " of every run of " + name,
                metric.label(),
                figures.table().reference(),
                rows);
    }
}
