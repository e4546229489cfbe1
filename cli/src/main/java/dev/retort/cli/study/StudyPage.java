package dev.retort.cli.study;

import dev.retort.cli.report.DotChart;
import dev.retort.cli.report.Html;
import dev.retort.cli.report.PageParts;
import dev.retort.cli.report.Table;
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
        html.append(PageParts.section(name, name));
        html.append(table(name, TableCells.of(figures, study)));
        html.append(PageParts.paragraph("explanation", ABOUT_TABLE));
        html.append(chart(figures, study.metric()).svg());
        html.append(PageParts.paragraph("explanation", ABOUT_DOTS)).append("</section>\n");
    }

    private static String table(String name, TableCells cells) {
        Table table = new Table(name, cells.header());
        for (List<String> row : cells.rows()) {
            table.row(row.get(0), row.stream().skip(1).map(StudyPage::cell).toArray(String[]::new));
        }
        StringBuilder html = new StringBuilder(table.html());
        cells.footnotes().forEach(note -> html.append(PageParts.paragraph("explanation", note)));
        return html.toString();
    }

    private static String cell(String text) {
        return (text.equals("yes") ? "<td class=\"yes\">" : "<td>") + Html.escape(text) + "</td>";
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
