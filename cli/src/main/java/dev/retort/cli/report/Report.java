package dev.retort.cli.report;

import dev.retort.tensor.io.AtomicFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A comparison of models as one HTML file that needs nothing else: results, curves, images. The page is well-formed XML;
 * curves, cells and images carry {@code data-} attributes with the model's key, so that programs can read it, too.
 */
public final class Report {
    /** Name of the file. */
    public static final String FILE = "report.html";

    private static final String ABOUT_METRICS =
            """
            Average precision (AP) in percent, higher is better, as COCO defines it: the area under the
            precision-recall curve, averaged over classes and over ten demands on how well a box must fit (overlap 0.50 to
            0.95). AP50 and AP75 demand an overlap of 0.50 and 0.75 only. APs, APm and APl count small objects (up to 32
            by 32 pixels), medium ones (up to 96 by 96) and large ones. A dash means that there are none. The best figure
            of each column is bold.
            """;

    private static final String ABOUT_BOXES =
            """
            Images that no model was trained on. Dashed boxes are the truth, with the name below; solid boxes are
            predictions, with name and score above.
            """;

    private static final String ABOUT_ATTENTION =
            """
            Where the decoder looks for one chosen object, framed: the mean over all attention heads, laid over the
            image. Dark violet is no attention, light yellow the most. The distillation loss weights the student's
            features by these maps.
            """;

    private final ReportData data;
    private final StringBuilder html = new StringBuilder();

    private Report(ReportData data) {
        this.data = data;
    }

    /** The page. */
    public static String html(ReportData data) {
        return new Report(data).page();
    }

    /** Writes the page to a file. */
    public static void write(ReportData data, Path file) throws IOException {
        AtomicFile.writeString(file, html(data));
    }

    private String page() {
        html.append(PageParts.header(data.title(), data.introduction(), data.facts()));
        section("results-section", "Results", ABOUT_METRICS, this::results);
        if (!data.charts().isEmpty()) {
            section("curves-section", "Training", "", this::charts);
        }
        figures("boxes-section", "What the models see", ABOUT_BOXES, data.comparisons());
        figures("attention-section", "Where the teacher\u2019s knowledge is", ABOUT_ATTENTION, data.attention());
        return Html.page(data.title(), "", html);
    }

    private void section(String id, String title, String explanation, Runnable content) {
        html.append(PageParts.section(id, title));
        content.run();
        paragraph("explanation", explanation);
        html.append("</section>\n");
    }

    private void paragraph(String style, String text) {
        html.append(PageParts.paragraph(style, text));
    }

    private void results() {
        Map<String, ModelResult> models = data.summary().models();
        html.append("<div class=\"cards\">\n");
        models.forEach((key, result) -> html.append("<div class=\"card model-")
                .append(Html.escape(key))
                .append("\"><span>")
                .append(Html.escape(name(key)))
                .append("</span><strong>")
                .append(ResultTable.percent(result.ap()))
                .append("</strong><small>")
                .append(Html.escape(remark(key, models)))
                .append("</small></div>\n"));
        html.append("</div>\n");
        html.append(new ResultTable(data.summary(), data.modelNames()).html());
        paragraph("explanation", data.method());
    }

    private static String remark(String key, Map<String, ModelResult> models) {
        ModelResult student = models.get(Summary.STUDENT);
        if (!Summary.isDistilled(key) || student == null) {
            return "AP";
        }
        return "AP, " + ResultTable.signed(models.get(key).ap() - student.ap()) + " by distillation";
    }

    private String name(String model) {
        return data.modelNames().getOrDefault(model, model);
    }

    private void charts() {
        for (ReportData.Chart chart : data.charts()) {
            html.append("<h3>").append(Html.escape(chart.title())).append("</h3>\n");
            html.append(new LineChart(chart).svg());
            paragraph("explanation", chart.explanation());
        }
    }

    private void figures(String id, String title, String explanation, List<ReportData.Figure> figures) {
        if (figures.isEmpty()) {
            return;
        }
        section(id, title, "", () -> {
            paragraph("explanation", explanation);
            figures.forEach(figure -> html.append(PageParts.figure(figure)));
        });
    }
}
