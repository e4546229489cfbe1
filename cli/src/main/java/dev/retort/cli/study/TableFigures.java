package dev.retort.cli.study;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** The figures of a table, and what they cannot tell. */
record TableFigures(Study.Table table, List<RowFigures> rows) {
    /** Share of tables without any difference in which one is found, by chance. */
    static final double ALPHA = 0.05;

    TableFigures {
        rows = List.copyOf(rows);
    }

    boolean isReference(RowFigures row) {
        return row.row().name().equals(table.reference());
    }

    /** Differences with an interval. */
    private List<RowFigures.Difference> compared() {
        return rows.stream()
                .flatMap(row -> row.difference().stream())
                .filter(difference -> difference.interval().isPresent())
                .toList();
    }

    /**
     * The smallest difference that these seeds can tell from chance, as a fraction: half an interval of the rows' common deviation
     * at the level that Holm's correction begins with. None for fewer than three seeds.
     */
    OptionalDouble visible() {
        List<RowFigures.Difference> compared = compared();
        if (compared.isEmpty()) {
            return OptionalDouble.empty();
        }
        double variance = compared.stream()
                .mapToDouble(difference -> Math.pow(difference.deviation().orElseThrow(), 2))
                .average()
                .orElseThrow();
        int n = compared.stream().mapToInt(RowFigures.Difference::n).max().orElseThrow();
        return OptionalDouble.of(PairedDifferences.halfWidth(n, Math.sqrt(variance), ALPHA / compared.size()));
    }

    /** Mean of half the intervals over images. */
    private OptionalDouble overImages() {
        return rows.stream()
                .flatMap(row -> row.difference().stream())
                .flatMap(difference -> difference.overImages().stream())
                .mapToDouble(interval -> (interval.high() - interval.low()) / 2)
                .average();
    }

    /** One sentence on what cannot be seen here. */
    String resolution(String metric) {
        OptionalDouble visible = visible();
        OptionalDouble images = overImages();
        String alone = images.isEmpty()
                ? ""
                : String.format(
                        Locale.ROOT, "; the choice of test images alone leaves +-%.1f", 100 * images.getAsDouble());
        if (visible.isEmpty()) {
            return table.name() + ": fewer than " + PairedDifferences.FEWEST
                    + " seeds, so that no difference can be told from chance" + alone;
        }
        List<RowFigures.Difference> compared = compared();
        int n = compared.stream().mapToInt(RowFigures.Difference::n).max().orElseThrow();
        return String.format(
                Locale.ROOT,
                "%s: differences below %.1f %s are not visible here (%d seeds, %d %s compared)%s",
                table.name(),
                100 * visible.getAsDouble(),
                metric,
                n,
                compared.size(),
                compared.size() == 1 ? "row" : "rows",
                alone);
    }

    Optional<RowFigures> reference() {
        return rows.stream().filter(this::isReference).findFirst();
    }
}
