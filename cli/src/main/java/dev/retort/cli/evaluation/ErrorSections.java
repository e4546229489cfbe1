package dev.retort.cli.evaluation;

import static dev.retort.cli.report.CellFormat.COUNT;
import static dev.retort.cli.report.CellFormat.FRACTION;
import static dev.retort.cli.report.CellFormat.PERCENT;

import dev.retort.cli.report.PageParts;
import dev.retort.cli.report.Table;
import dev.retort.cli.report.UnitChart;
import dev.retort.detection.eval.ErrorKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The parts of the page that tell what goes wrong: kinds of errors, calibration of scores. */
record ErrorSections(JsonCells cells, Map<Long, String> names) {
    private static final String ABOUT_KINDS =
            """
            What an error costs: AP50, in percent, that would be gained if that kind alone were put right. Kinds and oracles are those of
            TIDE (Bolya et al., 2020, arXiv 2008.08115). Gains do not add up. All detections count, whatever their score.
            """;

    private static final String ABOUT_CALIBRATION =
            """
            Of detections with a score of 0.7, seven in ten should find an object. A bar is the precision of a tenth of the scores: where
            scores keep what they promise, the dashed line crosses its end; a bar below the line promises too much. All detections count,
            whatever their score.
            """;

    String kinds() {
        StringBuilder html = new StringBuilder(PageParts.section("errors", "Kinds of errors"));
        html.append(PageParts.paragraph("explanation", ABOUT_KINDS));
        Table table = new Table("Kinds of errors", List.of("kind", "errors", "AP50 to gain", "what it is"), Set.of(3));
        double most = Arrays.stream(ErrorKind.values())
                .mapToDouble(kind -> cells.number(at(kind) + "/dAP"))
                .max()
                .orElse(0);
        for (ErrorKind kind : ErrorKind.values()) {
            String gain = at(kind) + "/dAP";
            table.row(
                    kind.label(),
                    cells.cell(at(kind) + "/count", COUNT),
                    cells.barCell(most == 0 ? 0 : cells.number(gain) / most, gain, PERCENT),
                    Table.text(meaning(kind)));
        }
        html.append(table.html());
        html.append("<p class=\"explanation\">AP50 is ")
                .append(cells.number("/analysis/errors/AP50", PERCENT))
                .append("; without any detection that found no object it would gain ")
                .append(cells.number("/analysis/errors/falsePositives/dAP", PERCENT))
                .append(", without any object that was not found ")
                .append(cells.number("/analysis/errors/falseNegatives/dAP", PERCENT))
                .append(".</p>\n<h3>Errors by class</h3>\n");
        List<String> header = new ArrayList<>(List.of("class"));
        Arrays.stream(ErrorKind.values()).map(ErrorKind::label).forEach(header::add);
        Table classes = new Table("Errors by class", header);
        names.forEach((id, name) -> classes.row(
                name,
                Arrays.stream(ErrorKind.values())
                        .map(kind -> cells.cell("/analysis/categories/" + id + "/errors/" + kind.label(), COUNT))
                        .collect(Collectors.joining())));
        return html.append(classes.html())
                .append(PageParts.paragraph(
                        "explanation", "By the class of the detection; missed objects by their own."))
                .append("</section>\n")
                .toString();
    }

    private static String at(ErrorKind kind) {
        return "/analysis/errors/" + kind.label();
    }

    private static String meaning(ErrorKind kind) {
        return switch (kind) {
            case CLASSIFICATION -> "well placed, on an object of another class";
            case LOCALIZATION -> "right class, badly placed: IoU 0.1 to 0.5";
            case BOTH -> "badly placed, near an object of another class";
            case DUPLICATE -> "on an object that a surer detection has found";
            case BACKGROUND -> "on nothing: IoU up to 0.1";
            case MISSED -> "an object without any of these";
        };
    }

    String calibration() {
        StringBuilder html = new StringBuilder(PageParts.section("calibration", "What scores promise"));
        String at = "/analysis/calibration";
        if (!cells.has(at)) {
            return html.append(PageParts.paragraph(
                            "explanation", "There are scores outside of 0 to 1: they are no probabilities."))
                    .append("</section>\n")
                    .toString();
        }
        html.append(PageParts.paragraph("explanation", ABOUT_CALIBRATION));
        html.append("<p class=\"explanation\">Expected calibration error ")
                .append(cells.number(at + "/expectedError", FRACTION))
                .append(" over ")
                .append(cells.number(at + "/detections", COUNT))
                .append(" detections, found from an IoU of ")
                .append(cells.number(at + "/iou", FRACTION))
                .append(" on.</p>\n");
        Table table = new Table("Calibration by score", List.of("scores", "detections", "mean score", "precision"));
        List<UnitChart.Bar> bars = new ArrayList<>();
        for (int i = 0; i < cells.at(at + "/bins").size(); i++) {
            String bin = at + "/bins/" + i;
            double low = cells.number(bin + "/low");
            double high = cells.number(bin + "/high");
            boolean empty = cells.number(bin + "/count") == 0;
            table.row(
                    String.format(Locale.ROOT, "%.1f to %.1f", low, high),
                    cells.cell(bin + "/count", COUNT),
                    empty ? Table.text("\u2013") : cells.cell(bin + "/score", FRACTION),
                    empty ? Table.text("\u2013") : cells.cell(bin + "/precision", FRACTION));
            if (!empty) {
                bars.add(new UnitChart.Bar(bin + "/precision", low, high, cells.number(bin + "/precision")));
            }
        }
        String title = "Precision over score. The table below it has the numbers.";
        UnitChart chart = new UnitChart("reliability", title, "score", "precision", true, bars, List.of());
        return html.append("<div class=\"beside\"><div>\n")
                .append(chart.svg())
                .append("</div><div>\n")
                .append(table.html())
                .append("</div></div>\n</section>\n")
                .toString();
    }
}
