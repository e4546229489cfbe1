package dev.retort.cli.evaluation;

import dev.retort.cli.report.CellFormat;
import dev.retort.cli.report.Html;
import dev.retort.cli.report.PageParts;
import dev.retort.cli.report.ReportData;
import dev.retort.cli.report.Table;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * An evaluation as one HTML file that needs nothing else. All its numbers are those of the JSON, each with its place there. It is
 * well-formed XML.
 *
 * @param title the heading
 * @param facts what was evaluated, label and value, in order
 * @param json the whole evaluation: metrics, and {@link AnalysisJson} under {@code analysis}
 * @param names of the categories by their ids, ascending by id
 * @param panels the worst images with boxes drawn, in the order of the JSON; none if there are no image files
 */
public record EvaluationPage(
        String title,
        Map<String, String> facts,
        JsonNode json,
        Map<Long, String> names,
        List<ReportData.Panel> panels) {
    private static final String STYLE = "evaluation.css";

    private static final String ABOUT_WORST =
            """
            Those with the lowest F1, the harmonic mean of precision and recall; of equal ones those with more errors. A detection is
            right here by COCO\u2019s matching, class by class, at the IoU and the score that stand over the table of what is taken for what.
            """;

    private static final String ABOUT_BOXES =
            "Dashed boxes are the truth, with the name below, crowds left out; solid boxes are detections, with name and score above.";

    public EvaluationPage {
        facts = new LinkedHashMap<>(facts);
        names = new LinkedHashMap<>(names);
        panels = List.copyOf(panels);
    }

    /** The page. */
    public String html() {
        JsonCells cells = new JsonCells(json);
        StringBuilder html = new StringBuilder(
                PageParts.header(title, "How well boxes and classes were found, and where they were not.", facts));
        PrecisionSections precision = new PrecisionSections(cells, names);
        html.append(precision.metrics()).append(precision.sizes()).append(precision.curves());
        ErrorSections errors = new ErrorSections(cells, names);
        html.append(new ConfusionSection(cells, names).html());
        html.append(errors.kinds()).append(errors.calibration());
        html.append(worst(cells));
        return Html.page(title, Html.resource(EvaluationPage.class, STYLE), html);
    }

    private String worst(JsonCells cells) {
        StringBuilder html = new StringBuilder(PageParts.section("worst", "The worst images"));
        int count = cells.at("/analysis/worst").size();
        if (count == 0) {
            return html.append(PageParts.paragraph("explanation", "No image has an error at this score."))
                    .append("</section>\n")
                    .toString();
        }
        html.append(PageParts.paragraph("explanation", ABOUT_WORST));
        Table table = new Table("The worst images", List.of("image", "found", "missed", "wrong", "F1"));
        for (int i = 0; i < count; i++) {
            String at = "/analysis/worst/" + i;
            String file = cells.at(at + "/file_name").asString();
            String name = file.isEmpty() ? "image " + cells.at(at + "/image_id").asLong() : file;
            table.row(
                    (i + 1) + ". " + name,
                    cells.cell(at + "/found", CellFormat.COUNT),
                    cells.cell(at + "/missed", CellFormat.COUNT),
                    cells.cell(at + "/wrong", CellFormat.COUNT),
                    cells.cell(at + "/F1", CellFormat.FRACTION));
        }
        html.append(table.html());
        html.append(
                panels.isEmpty()
                        ? PageParts.paragraph("explanation", "The images themselves were not given (--images).")
                        : PageParts.paragraph("explanation", ABOUT_BOXES)
                                + PageParts.figure(
                                        new ReportData.Figure("Truth and detections of the worst images.", panels)));
        return html.append("</section>\n").toString();
    }
}
