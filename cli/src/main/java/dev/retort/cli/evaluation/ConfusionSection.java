package dev.retort.cli.evaluation;

import static dev.retort.cli.report.CellFormat.COUNT;
import static dev.retort.cli.report.CellFormat.FRACTION;

import dev.retort.cli.report.PageParts;
import dev.retort.cli.report.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The part of the page that tells which classes are taken for which. */
record ConfusionSection(JsonCells cells, Map<Long, String> names) {
    /** Classes that a whole matrix has at most; of more, the largest confusions are listed. */
    private static final int MOST_CLASSES = 40;

    private static final int MOST_CONFUSIONS = 50;
    private static final String COUNTS = "/analysis/confusion/counts";

    private static final String ABOUT_MATRIX =
            """
            Rows are objects by their class, columns what they were taken for. Detections take objects best score first, whatever the
            class. Missed: objects that no detection took. Background: detections that took none. The shade is the share of the row.
            """;

    String html() {
        StringBuilder html = new StringBuilder(PageParts.section("confusion", "What is taken for what"));
        html.append(PageParts.paragraph("explanation", ABOUT_MATRIX));
        html.append("<p class=\"explanation\">Detections with a score of ")
                .append(cells.number("/analysis/confusion/score", FRACTION))
                .append(" and more; an IoU of ")
                .append(cells.number("/analysis/confusion/iou", FRACTION))
                .append(" and more.</p>\n");
        html.append(names.size() > MOST_CLASSES ? largestConfusions() : matrix());
        return html.append("</section>\n").toString();
    }

    private String matrix() {
        List<String> header = new ArrayList<>(List.of("object"));
        header.addAll(names.values());
        header.add("missed");
        Table table = new Table("Confusion matrix", header);
        List<String> rows = new ArrayList<>(names.values());
        rows.add("background");
        for (int i = 0; i < rows.size(); i++) {
            double[] counts = cells.numbers(COUNTS + "/" + i);
            double total = Arrays.stream(counts).sum();
            StringBuilder row = new StringBuilder();
            for (int j = 0; j < counts.length; j++) {
                String pointer = COUNTS + "/" + i + "/" + j;
                if (i == names.size() && j == names.size()) {
                    row.append("<td></td>");
                } else {
                    double share = total == 0 ? 0 : counts[j] / total;
                    row.append(cells.shadedCell(i == j ? "right" : "wrong", share, pointer, COUNT));
                }
            }
            table.row(rows.get(i), row.toString());
        }
        return table.html();
    }

    private record Confusion(int row, int column, double count) {}

    private String largestConfusions() {
        List<String> rows = new ArrayList<>(names.values());
        rows.add("background");
        List<String> columns = new ArrayList<>(names.values());
        columns.add("missed");
        List<Confusion> confusions = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            double[] counts = cells.numbers(COUNTS + "/" + i);
            for (int j = 0; j < counts.length; j++) {
                if (i != j && counts[j] > 0) {
                    confusions.add(new Confusion(i, j, counts[j]));
                }
            }
        }
        confusions.sort(Comparator.comparingDouble(confusion -> -confusion.count));
        Table table = new Table("The largest confusions", List.of("object", "taken for", "count"), Set.of(1));
        confusions.stream()
                .limit(MOST_CONFUSIONS)
                .forEach(one -> table.row(
                        rows.get(one.row),
                        Table.text(columns.get(one.column)),
                        cells.cell(COUNTS + "/" + one.row + "/" + one.column, COUNT)));
        return PageParts.paragraph("explanation", "The largest of them; the JSON has the whole matrix.") + table.html();
    }
}
