package dev.retort.cli.evaluation;

import static dev.retort.cli.report.CellFormat.COUNT;
import static dev.retort.cli.report.CellFormat.FRACTION;
import static dev.retort.cli.report.CellFormat.PERCENT;

import dev.retort.cli.report.Html;
import dev.retort.cli.report.PageParts;
import dev.retort.cli.report.Table;
import dev.retort.cli.report.UnitChart;
import dev.retort.detection.eval.AreaRange;
import dev.retort.detection.eval.CocoMetric;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The parts of the page that tell how good detections are: COCO's metrics, sizes, precision-recall curves. */
record PrecisionSections(JsonCells cells, Map<Long, String> names) {
    /** Classes whose curves are drawn; of more, those with the most objects. */
    private static final int MOST_CURVES = 60;

    /** Every tenth of the 101 recall levels stands in a table. */
    private static final int LEVELS = 10;

    private static final List<String> CURVE_NAMES = List.of("IoU 0.50", "IoU 0.75", "mean of IoU 0.50 to 0.95");

    private static final String ABOUT_METRICS =
            """
            Average precision (AP) in percent, higher is better, as COCO defines it: the area under the precision-recall curve,
            averaged over classes and over ten demands on how well a box must fit (IoU 0.50 to 0.95). AP50 and AP75 demand 0.50 and 0.75
            only. Average recall (AR) is the share of objects found with 1, 10 or 100 detections an image. A dash means that there is
            nothing to find.
            """;

    private static final String ABOUT_SIZES =
            """
            By the area that the annotation file gives: small objects have up to 32 by 32 pixels, large ones more than 96 by 96. An area
            of exactly a bound counts on both sides. In percent.
            """;

    private static final String ABOUT_CURVES =
            """
            Detections are taken from the surest on: recall is the share of objects found so far, precision the share of detections that
            found one, at its best from there on. The area under a curve is its AP.
            """;

    String metrics() {
        StringBuilder html = new StringBuilder(PageParts.section("metrics", "Average precision"));
        html.append(PageParts.paragraph("explanation", ABOUT_METRICS));
        Table all = new Table(
                "COCO\u2019s twelve metrics", List.of("metric", "value", "IoU", "size", "detections"), Set.of(2, 3, 4));
        for (CocoMetric metric : CocoMetric.values()) {
            all.row(
                    metric.label(),
                    share("/" + metric.label()),
                    Table.text(metric.iou() == 0 ? "0.50 to 0.95" : String.format(Locale.ROOT, "%.2f", metric.iou())),
                    Table.text(metric.area().label()),
                    Table.text("at most " + metric.maxDetections()));
        }
        html.append(all.html());
        html.append("<h3>By class</h3>\n");
        List<CocoMetric> columns = List.of(
                CocoMetric.AP,
                CocoMetric.AP50,
                CocoMetric.AP75,
                CocoMetric.AP_SMALL,
                CocoMetric.AP_MEDIUM,
                CocoMetric.AP_LARGE,
                CocoMetric.AR100);
        List<String> header = new ArrayList<>(List.of("class", "objects"));
        columns.forEach(metric -> header.add(metric.label()));
        Table classes = new Table("Average precision by class", header);
        names.forEach((id, name) -> classes.row(
                name,
                cells.cell("/analysis/categories/" + id + "/objects", COUNT),
                columns.stream()
                        .map(metric -> cells.cell("/categories/" + id + "/" + metric.label(), PERCENT))
                        .collect(Collectors.joining())));
        return html.append(classes.html()).append("</section>\n").toString();
    }

    String sizes() {
        StringBuilder html = new StringBuilder(PageParts.section("sizes", "By size of objects"));
        html.append(PageParts.paragraph("explanation", ABOUT_SIZES));
        Table table = new Table("Average precision by size", List.of("size", "objects", "AP", "AR100"));
        size(table, AreaRange.SMALL, CocoMetric.AP_SMALL, CocoMetric.AR_SMALL);
        size(table, AreaRange.MEDIUM, CocoMetric.AP_MEDIUM, CocoMetric.AR_MEDIUM);
        size(table, AreaRange.LARGE, CocoMetric.AP_LARGE, CocoMetric.AR_LARGE);
        size(table, AreaRange.ALL, CocoMetric.AP, CocoMetric.AR100);
        return html.append(table.html()).append("</section>\n").toString();
    }

    private void size(Table table, AreaRange area, CocoMetric precision, CocoMetric recall) {
        table.row(
                area.label(),
                cells.cell("/analysis/objects/" + area.label(), COUNT),
                share("/" + precision.label()),
                share("/" + recall.label()));
    }

    private String share(String pointer) {
        return cells.barCell(cells.number(pointer), pointer, PERCENT);
    }

    String curves() {
        StringBuilder html = new StringBuilder(PageParts.section("curves", "Precision and recall"));
        if (cells.number("/analysis/objects/all") == 0) {
            return html.append(PageParts.paragraph("explanation", "There is no object to find."))
                    .append("</section>\n")
                    .toString();
        }
        html.append(PageParts.paragraph("explanation", ABOUT_CURVES));
        html.append(UnitChart.legend(CURVE_NAMES));
        html.append("<div class=\"charts\">\n");
        html.append(curve("all", "All classes, the mean", "/analysis/curves"));
        Set<Long> drawn = drawn();
        names.forEach((id, name) -> html.append(
                drawn.contains(id) ? curve("class-" + id, name, "/analysis/categories/" + id + "/curves") : ""));
        html.append("</div>\n");
        if (drawn.size() == MOST_CURVES) {
            html.append(PageParts.paragraph(
                    "explanation", "Of the classes, those with the most objects are drawn; the JSON has all."));
        }
        return html.append("</section>\n").toString();
    }

    private Set<Long> drawn() {
        return names.keySet().stream()
                .filter(id -> objects(id) > 0)
                .sorted(Comparator.comparingDouble(id -> -objects(id)))
                .limit(MOST_CURVES)
                .collect(Collectors.toSet());
    }

    private double objects(long id) {
        return cells.number("/analysis/categories/" + id + "/objects");
    }

    private String curve(String id, String name, String at) {
        double[] recall = cells.numbers("/analysis/curves/recall");
        List<UnitChart.Curve> curves = AnalysisJson.CURVES.stream()
                .map(metric -> at + "/" + metric.label())
                .map(pointer -> new UnitChart.Curve(pointer, recall, cells.numbers(pointer)))
                .toList();
        String title = "Precision over recall: " + name + ". The table below it has the numbers.";
        UnitChart chart = new UnitChart("curve-" + id, title, "recall", "precision", false, List.of(), curves);
        return "<div><h3>" + Html.escape(name) + "</h3>\n" + chart.svg() + "<details><summary>Numbers</summary>\n"
                + numbers(name, at) + "</details></div>\n";
    }

    private String numbers(String name, String at) {
        Table table =
                new Table("Precision at recall levels: " + name, List.of("recall", "IoU 0.50", "IoU 0.75", "mean"));
        int last = cells.at("/analysis/curves/recall").size() - 1;
        for (int i = 0; i <= LEVELS; i++) {
            int level = i * last / LEVELS;
            table.row(
                    FRACTION.text((double) i / LEVELS),
                    AnalysisJson.CURVES.stream()
                            .map(metric -> cells.cell(at + "/" + metric.label() + "/" + level, FRACTION))
                            .collect(Collectors.joining()));
        }
        return table.html();
    }
}
