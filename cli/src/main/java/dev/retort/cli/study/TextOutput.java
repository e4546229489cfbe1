package dev.retort.cli.study;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A study as plain text and as Markdown. */
final class TextOutput {
    private TextOutput() {}

    /** Aligned columns, for a terminal. */
    static String text(StudyReport report) {
        StringBuilder text = new StringBuilder(report.title()).append('\n');
        report.head().forEach(line -> text.append("  ").append(line).append('\n'));
        for (TableFigures figures : report.tables()) {
            TableCells cells = TableCells.of(figures, report.study());
            text.append('\n').append(figures.table().name()).append('\n');
            List<List<String>> lines = new ArrayList<>(List.of(cells.header()));
            lines.addAll(cells.rows());
            int[] widths = IntStream.range(0, cells.header().size())
                    .map(column -> lines.stream()
                            .mapToInt(line -> line.get(column).length())
                            .max()
                            .orElseThrow())
                    .toArray();
            lines.forEach(line -> text.append(aligned(line, widths)).append('\n'));
            cells.footnotes().forEach(note -> text.append("  ").append(note).append('\n'));
        }
        return text.toString();
    }

    private static String aligned(List<String> line, int[] widths) {
        String row = IntStream.range(0, widths.length)
                .mapToObj(column -> column == 0
                        ? line.get(0) + " ".repeat(widths[0] - line.get(0).length())
                        : " ".repeat(widths[column] - line.get(column).length()) + line.get(column))
                .collect(Collectors.joining("  "));
        return "  " + row.stripTrailing();
    }

    static String markdown(StudyReport report) {
        StringBuilder text = new StringBuilder("# ").append(report.title()).append("\n\n");
        report.head().forEach(line -> text.append("- ").append(line).append('\n'));
        for (TableFigures figures : report.tables()) {
            TableCells cells = TableCells.of(figures, report.study());
            text.append("\n## ").append(figures.table().name()).append("\n\n");
            row(text, cells.header());
            row(text, cells.header().stream().map(cell -> "---").toList());
            cells.rows().forEach(row -> row(text, row));
            if (!cells.footnotes().isEmpty()) {
                text.append('\n');
                cells.footnotes().forEach(note -> text.append("- ").append(note).append('\n'));
            }
        }
        return text.toString();
    }

    private static void row(StringBuilder text, List<String> cells) {
        text.append("| ")
                .append(cells.stream().map(cell -> cell.replace("|", "\\|")).collect(Collectors.joining(" | ")))
                .append(" |\n");
    }
}
