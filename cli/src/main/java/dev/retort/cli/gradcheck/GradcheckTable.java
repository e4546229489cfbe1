package dev.retort.cli.gradcheck;

import dev.retort.testkit.gradients.ErrorHistogram;
import dev.retort.testkit.gradients.GradientMatrix.Cell;
import dev.retort.testkit.gradients.GradientMatrix.Detail;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The outcome of a check as text: for each backend a table with a line an operation and one a family, then what failed and
 * how to repeat it, then the errors of results and gradients by their size in ulp.
 */
public final class GradcheckTable {
    private static final String TITLE = "operation";
    private static final int COLUMN = 12;
    /** Failed checks that are printed of one operation. */
    private static final int SHOWN = 8;

    private final GradcheckRun run;
    private final PrintWriter out;
    private final int width;

    private GradcheckTable(GradcheckRun run, PrintWriter out) {
        this.run = run;
        this.out = out;
        width = run.cells().stream().mapToInt(cell -> cell.operation().length()).reduce(TITLE.length(), Math::max);
    }

    /** Prints a run. */
    public static void print(GradcheckRun run, PrintWriter out) {
        GradcheckTable table = new GradcheckTable(run, out);
        for (String backend : run.cells().stream().map(Cell::backend).distinct().toList()) {
            table.backend(backend);
        }
        if (!run.coverage().isEmpty()) {
            run.coverage().forEach(out::println);
            out.println();
        }
        int failed = run.failed().size();
        out.println((run.cells().size() - failed) + " of " + run.cells().size() + " checks pass, "
                + String.format(Locale.ROOT, "%.1f s", run.seconds()));
    }

    private void backend(String backend) {
        List<Cell> cells =
                run.cells().stream().filter(c -> c.backend().equals(backend)).toList();
        List<MatrixColumn> columns = MatrixColumn.of(cells);
        StringBuilder kinds = new StringBuilder(" ".repeat(width + 8));
        StringBuilder titles = new StringBuilder(String.format(Locale.ROOT, "  %-" + width + "s %5s", TITLE, "cases"));
        for (MatrixColumn column : columns) {
            kinds.append(String.format(Locale.ROOT, "%" + COLUMN + "s", column.kindTitle()));
            titles.append(String.format(Locale.ROOT, "%" + COLUMN + "s", column.title()));
        }
        out.println(backend + ": largest error as a share of what is accepted");
        out.println(kinds);
        out.println(titles);
        List<String> operations = cells.stream().map(Cell::operation).distinct().toList();
        for (String operation : operations) {
            row(
                    operation,
                    cells.stream().filter(c -> c.operation().equals(operation)).toList(),
                    columns);
        }
        Map<OperationFamily, List<Cell>> families = cells.stream()
                .collect(Collectors.groupingBy(
                        cell -> OperationFamily.of(cell.operation()), TreeMap::new, Collectors.toList()));
        if (families.size() > 1) {
            out.println("  by family");
            families.forEach((family, own) -> row(family.title(), own, columns));
        }
        failures(cells.stream().filter(cell -> !cell.pass()).toList());
        columns.forEach(column -> histogram(column, cells));
        long passed = cells.stream().filter(Cell::pass).count();
        out.println("  " + backend + ": " + passed + " of " + cells.size() + " checks pass");
        out.println();
    }

    private void row(String name, List<Cell> cells, List<MatrixColumn> columns) {
        long cases = cells.stream().map(Cell::name).distinct().count();
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "  %-" + width + "s %5d", name, cases));
        for (MatrixColumn column : columns) {
            Optional<Cell> worst = column.worst(cells);
            line.append(String.format(
                    "%" + COLUMN + "s",
                    worst.map(cell -> MatrixColumn.percent(MatrixColumn.share(cell)))
                            .orElse("-")));
        }
        out.println(line + (cells.stream().allMatch(Cell::pass) ? "  pass" : "  FAIL"));
    }

    /** Of each operation the first few; the files and the page have them all. */
    private void failures(List<Cell> failed) {
        Map<String, List<Cell>> byOperation = failed.stream()
                .collect(Collectors.groupingBy(Cell::operation, LinkedHashMap::new, Collectors.toList()));
        byOperation.forEach((operation, cells) -> {
            int shown = Math.min(cells.size(), SHOWN);
            commands(cells.subList(0, shown));
            if (shown < cells.size()) {
                out.println("  and " + (cells.size() - shown) + " more of " + operation
                        + ": --html, --json and --junit tell them all");
            }
        });
    }

    /** Checks of a case stand together, and one command repeats them all. */
    private void commands(List<Cell> failed) {
        for (int i = 0; i < failed.size(); i++) {
            failure(failed.get(i));
            String again = run.replay(failed.get(i));
            if (i == failed.size() - 1 || !again.equals(run.replay(failed.get(i + 1)))) {
                out.println("       again: " + again);
            }
        }
    }

    private void failure(Cell cell) {
        Detail detail = cell.detail();
        out.println("  FAIL " + cell.name() + ", " + MatrixColumn.of(cell).kindTitle() + " in "
                + MatrixColumn.name(cell.dtype()) + " against " + cell.against()
                + (detail.place().isEmpty()
                        ? ""
                        : ": error " + MatrixColumn.figure(cell.worstError()) + ", accepted "
                                + MatrixColumn.figure(cell.bound())));
        if (!detail.place().isEmpty()) {
            out.println("       " + detail.place() + ": " + MatrixColumn.element(detail.actual(), cell.dtype())
                    + " where " + MatrixColumn.element(detail.expected(), cell.dtype()) + " is right");
        }
        if (!detail.note().isEmpty()) {
            out.println("       " + detail.note());
        }
    }

    private void histogram(MatrixColumn column, List<Cell> cells) {
        List<ErrorHistogram> parts = cells.stream()
                .filter(cell -> MatrixColumn.of(cell).equals(column))
                .map(cell -> cell.detail().ulps())
                .filter(Objects::nonNull)
                .toList();
        if (!parts.isEmpty()) {
            out.println("  " + column.kindTitle() + " " + column.title() + ": " + ErrorHistogram.sum(parts));
        }
    }
}
