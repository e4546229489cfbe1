package dev.retort.distill.gradcheck;

import dev.retort.autograd.GradientMatrix.Cell;
import dev.retort.distill.report.Html;
import dev.retort.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The outcome of a gradient check as one HTML file that needs nothing else: a matrix of operations by backends and types,
 * each cell coloured by how near the worst error comes to its bound, and every single check below. The page is
 * well-formed XML; cells carry {@code data-} attributes, so that programs can read it, too.
 */
public final class GradcheckPage {
    private static final String STYLE = "gradcheck.css";
    private static final String TITLE = "Gradient check";

    private static final String LEAD =
            """
            Training is only as good as its gradients. Each operation's gradient is computed in many cases and held
            against an independent one: in float64 against central differences, in float32 against the float64 gradient
            of another backend.
            """;

    private static final String ABOUT_MATRIX =
            """
            A number is the error as a share of what is accepted, in the case where it is largest: the paler, the
            further away from the bound; above 1 is a failure. A dash means that the type was not checked there.
            """;

    private final List<Cell> cells;
    private final List<OperationResult> results;
    private final List<Column> columns = new ArrayList<>();
    private final StringBuilder html = new StringBuilder();

    /** A backend and a type that was checked on it. */
    private record Column(String backend, DType dtype, String against) {}

    private GradcheckPage(List<Cell> cells) {
        this.cells = cells;
        this.results = OperationResult.of(cells);
        for (Cell cell : cells) {
            Column column = new Column(cell.backend(), cell.dtype(), cell.against());
            if (!columns.contains(column)) {
                columns.add(column);
            }
        }
    }

    /**
     * Writes the page.
     *
     * @param seed of the operands' values
     */
    public static void write(List<Cell> cells, long seed, Path file) throws IOException {
        Files.writeString(file, new GradcheckPage(cells).page(seed));
    }

    private String page(long seed) {
        long failed = cells.stream().filter(cell -> !cell.pass()).count();
        html.append("<header>\n<h1>").append(TITLE).append("</h1>\n<p class=\"lead\">");
        html.append(Html.escape(LEAD.strip())).append("</p>\n<dl id=\"facts\">\n");
        fact("outcome", failed == 0 ? "all pass" : failed + " of " + cells.size() + " fail");
        fact("checks", "" + cells.size());
        fact("operations", "" + operations().size());
        fact("seed", "" + seed);
        double seconds = cells.stream().mapToDouble(Cell::seconds).sum();
        fact("time", String.format(Locale.ROOT, "%.1f s", seconds));
        html.append("</dl>\n</header>\n");
        matrix();
        details();
        return Html.page(TITLE, Html.resource(GradcheckPage.class, STYLE), html);
    }

    private void fact(String label, String value) {
        html.append("<div><dt>").append(label).append("</dt><dd>").append(Html.escape(value));
        html.append("</dd></div>\n");
    }

    private LinkedHashSet<String> operations() {
        LinkedHashSet<String> operations = new LinkedHashSet<>();
        results.forEach(result -> operations.add(result.operation()));
        return operations;
    }

    private void matrix() {
        html.append("<section>\n<h2>Operations</h2>\n<p class=\"explanation\">")
                .append(Html.escape(ABOUT_MATRIX.strip()));
        html.append("</p>\n<div class=\"scroll\"><table id=\"matrix\">\n<thead><tr><th>operation</th>");
        for (Column column : columns) {
            html.append("<th>").append(Html.escape(column.backend)).append("<br />");
            html.append(OperationResult.name(column.dtype)).append("<br /><small>against ");
            html.append(Html.escape(column.against)).append("</small></th>");
        }
        html.append("</tr></thead>\n<tbody>\n");
        for (String operation : operations()) {
            html.append("<tr><th scope=\"row\"><a href=\"#")
                    .append(id(operation))
                    .append("\">");
            html.append(Html.escape(operation)).append("</a></th>");
            columns.forEach(column -> worst(operation, column));
            html.append("</tr>\n");
        }
        html.append("</tbody></table></div>\n</section>\n");
    }

    private void worst(String operation, Column column) {
        Optional<Cell> worst = results.stream()
                .filter(r -> r.operation().equals(operation) && r.backend().equals(column.backend))
                .findFirst()
                .flatMap(result -> result.worst(column.dtype));
        if (worst.isEmpty()) {
            html.append("<td>\u2013</td>");
            return;
        }
        Cell cell = worst.get();
        html.append("<td class=\"")
                .append(level(cell))
                .append("\" data-operation=\"")
                .append(Html.escape(operation));
        html.append("\" data-backend=\"").append(Html.escape(column.backend)).append("\" data-dtype=\"");
        html.append(OperationResult.name(column.dtype))
                .append("\" data-pass=\"")
                .append(cell.pass());
        html.append("\" title=\"")
                .append(Html.escape(cell.name()))
                .append("\">")
                .append(share(cell))
                .append("</td>");
    }

    private void details() {
        html.append("<section>\n<h2>Every check</h2>\n");
        for (String operation : operations()) {
            List<Cell> own =
                    cells.stream().filter(c -> c.operation().equals(operation)).toList();
            boolean pass = own.stream().allMatch(Cell::pass);
            html.append("<details id=\"").append(id(operation)).append(pass ? "\">" : "\" open=\"open\">");
            html.append("<summary>")
                    .append(Html.escape(operation))
                    .append(" <small>")
                    .append(own.size());
            html.append(own.size() == 1 ? " check" : " checks").append(pass ? "" : ", not all pass");
            html.append("</small></summary>\n<div class=\"scroll\"><table>\n<thead><tr><th>case</th><th>backend</th>");
            html.append("<th>type</th><th>error</th><th>accepted</th><th>share</th></tr></thead>\n<tbody>\n");
            own.forEach(this::check);
            html.append("</tbody></table></div>\n</details>\n");
        }
        html.append("</section>\n");
    }

    private void check(Cell cell) {
        html.append("<tr><th scope=\"row\">").append(Html.escape(cell.name())).append("</th><td>");
        html.append(Html.escape(cell.backend())).append("</td><td>").append(OperationResult.name(cell.dtype()));
        html.append("</td><td>")
                .append(OperationResult.figure(cell.worstError()))
                .append("</td><td>");
        html.append(OperationResult.figure(cell.bound()))
                .append("</td><td class=\"")
                .append(level(cell))
                .append("\">");
        html.append(share(cell)).append("</td></tr>\n");
    }

    /** The class of a cell's colour. */
    private static String level(Cell cell) {
        double share = OperationResult.share(cell);
        if (!cell.pass()) {
            return "fail";
        }
        return share < 0.01 ? "far" : share < 0.1 ? "well" : share < 0.5 ? "within" : "near";
    }

    private static String share(Cell cell) {
        double share = OperationResult.share(cell);
        String figure =
                share == 0 ? "0" : String.format(Locale.ROOT, share < 0.001 || share >= 1000 ? "%.0e" : "%.3f", share);
        return cell.pass() ? figure : "fails, " + figure;
    }

    private static String id(String operation) {
        return "of-" + operation.replaceAll("[^A-Za-z0-9]+", "-");
    }
}
