package dev.retort.cli.gradcheck;

import dev.retort.cli.job.TextFile;
import dev.retort.cli.report.Html;
import dev.retort.testkit.gradients.ErrorHistogram;
import dev.retort.testkit.gradients.GradientMatrix;
import dev.retort.testkit.gradients.GradientMatrix.Cell;
import dev.retort.testkit.gradients.GradientMatrix.Detail;
import dev.retort.testkit.gradients.GradientMatrix.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The outcome of a check as one HTML file that needs nothing else: what failed, a matrix of operations by backends, kinds and
 * types, each cell colored by how near the worst error comes to its bound, and the distribution of errors. A cell opens the
 * cases behind it. The page is well-formed XML; cells carry {@code data-} attributes, so that programs can read it, too.
 */
public final class GradcheckPage {
    private static final String STYLE = "gradcheck.css";
    private static final String SCRIPT = "gradcheck.js";
    private static final String TITLE = "Gradient check";
    /** Operations whose failures are shown at the top; the matrix has all. */
    private static final int SHOWN = 12;

    private static final String LEAD =
            """
            Every operation in many cases, results and gradients: gradients in float64 against central differences, and
            everything against another backend at the same values.
            """;

    private final GradcheckRun run;
    private final List<Cell> cells;
    private final List<MatrixColumn> columns;
    private final StringBuilder html = new StringBuilder();

    private GradcheckPage(GradcheckRun run) {
        this.run = run;
        this.cells = run.cells();
        this.columns = MatrixColumn.of(cells);
    }

    /** Writes the page. */
    public static void write(GradcheckRun run, Path file) throws IOException {
        TextFile.write(file, new GradcheckPage(run).page());
    }

    private String page() {
        header();
        failures();
        matrix();
        distributions();
        html.append("<aside id=\"panel\" aria-label=\"Cases\" tabindex=\"-1\" hidden=\"hidden\"></aside>\n");
        html.append("<script type=\"application/json\" id=\"data\">")
                .append(new PageData(run, columns).json())
                .append("</script>\n<script>//<![CDATA[\n")
                .append(Html.resource(GradcheckPage.class, SCRIPT))
                .append("//]]></script>\n");
        return Html.page(TITLE, Html.resource(GradcheckPage.class, STYLE), html);
    }

    private void header() {
        int failed = run.failed().size();
        html.append("<header>\n<h1>").append(TITLE).append("</h1>\n<p class=\"lead\">");
        html.append(Html.escape(LEAD.strip())).append("</p>\n<p id=\"verdict\" class=\"");
        html.append(failed == 0 ? "passed" : "failed").append("\"><strong>");
        html.append(
                failed == 0
                        ? "All " + count(cells.size()) + " checks pass"
                        : count(failed) + " of " + count(cells.size())
                                + (failed == 1 ? " checks fails" : " checks fail"));
        html.append("</strong></p>\n<dl id=\"facts\">\n");
        fact("operations", "" + cells.stream().map(Cell::operation).distinct().count());
        fact("cases", count(cells.stream().map(Cell::name).distinct().count()));
        fact("against", run.against());
        fact("seed", "" + run.seed());
        fact("time", String.format(Locale.ROOT, "%.0f s", run.seconds()));
        for (Coverage coverage : run.coverage()) {
            int declared = coverage.declared().size();
            fact(
                    coverage.backend() + ": declared operations and types checked",
                    (declared - coverage.missing().size()) + " of " + declared);
        }
        html.append("</dl>\n");
        run.coverage().stream()
                .filter(coverage -> !coverage.missing().isEmpty())
                .forEach(coverage -> html.append("<p class=\"explanation\">Not checked on ")
                        .append(Html.escape(coverage.backend() + ": " + String.join(", ", coverage.missing())))
                        .append("</p>\n"));
        html.append("</header>\n");
    }

    private static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    private void fact(String label, String value) {
        html.append("<div><dt>").append(Html.escape(label)).append("</dt><dd>").append(Html.escape(value));
        html.append("</dd></div>\n");
    }

    /** One article for each operation of a backend: its worst check, and how many others fail with it. */
    private void failures() {
        Map<String, List<Cell>> groups = run.failed().stream()
                .collect(Collectors.groupingBy(
                        cell -> cell.backend() + " " + cell.operation(), LinkedHashMap::new, Collectors.toList()));
        if (groups.isEmpty()) {
            return;
        }
        html.append("<section id=\"failures\">\n<h2>What fails</h2>\n");
        groups.values().stream().limit(SHOWN).forEach(this::failure);
        if (groups.size() > SHOWN) {
            html.append("<p class=\"explanation\">And ")
                    .append(groups.size() - SHOWN)
                    .append(" more operations: tick \u201cfailures only\u201d below.</p>\n");
        }
        html.append("</section>\n");
    }

    private void failure(List<Cell> failed) {
        Cell cell = failed.stream()
                .max(Comparator.comparingDouble(MatrixColumn::share))
                .orElseThrow();
        Detail detail = cell.detail();
        String columnsOf = failed.stream()
                .map(c -> MatrixColumn.of(c).kindTitle() + " "
                        + MatrixColumn.of(c).title())
                .distinct()
                .collect(Collectors.joining(", "));
        html.append("<article><h3>").append(Html.escape(cell.operation())).append(" <small>");
        html.append(Html.escape(cell.backend() + ": " + count(failed.size())
                + (failed.size() == 1 ? " check fails (" : " checks fail (") + columnsOf + ")"));
        html.append("</small></h3>\n<p>Worst: <b>")
                .append(Html.escape(cell.name()))
                .append("</b>, ");
        html.append(Html.escape(MatrixColumn.of(cell).kindTitle() + " in " + MatrixColumn.name(cell.dtype())
                + " against " + cell.against()));
        if (!detail.place().isEmpty()) {
            html.append(": ").append(Html.escape(detail.place())).append(" is <b>");
            html.append(MatrixColumn.element(detail.actual(), cell.dtype())).append("</b> where <b>");
            html.append(MatrixColumn.element(detail.expected(), cell.dtype())).append("</b> is right, error ");
            html.append(MatrixColumn.figure(cell.worstError())).append(" of accepted ");
            html.append(MatrixColumn.figure(cell.bound())).append(" (");
            html.append(MatrixColumn.percent(MatrixColumn.share(cell))).append(")");
        }
        html.append(". ").append(Html.escape(detail.note())).append("</p>\n<pre>");
        html.append(Html.escape(run.replay(cell))).append("</pre></article>\n");
    }

    private void matrix() {
        html.append("<section id=\"operations\">\n<h2>Operations</h2>\n<div id=\"tools\">");
        html.append("<input id=\"search\" type=\"search\" placeholder=\"Find an operation or a case ( / )\"");
        html.append(" aria-label=\"Find an operation or a case\" />");
        html.append("<label><input id=\"failing\" type=\"checkbox\" /> failures only</label>");
        html.append("<label><input id=\"sort\" type=\"checkbox\" /> nearest to the bound first</label>");
        html.append("<span class=\"legend\">error as a share of the bound: ");
        boolean repeated = cells.stream().anyMatch(cell -> cell.against().equals(GradientMatrix.REPETITION));
        for (Level level : Level.values()) {
            if (level == Level.REPEATED && !repeated) {
                continue;
            }
            html.append("<i class=\"")
                    .append(level.css())
                    .append("\">")
                    .append(level.title)
                    .append("</i>");
        }
        html.append("</span></div>\n<div class=\"scroll\"><table id=\"matrix\">\n<thead>\n<tr><td></td>");
        spans(columns.stream().map(MatrixColumn::backend).toList());
        html.append("</tr>\n<tr><td></td>");
        spans(columns.stream().map(c -> c.backend() + "\0" + c.kindTitle()).toList());
        html.append("</tr>\n<tr><th>operation</th>");
        columns.forEach(this::columnHead);
        html.append("</tr>\n</thead>\n");
        Map<OperationFamily, List<String>> families = cells.stream()
                .map(Cell::operation)
                .distinct()
                .collect(Collectors.groupingBy(OperationFamily::of, TreeMap::new, Collectors.toList()));
        families.forEach(this::family);
        html.append("</table></div>\n<p id=\"nothing\" class=\"explanation\" hidden=\"hidden\">Nothing fits.</p>\n");
        html.append("</section>\n");
    }

    /** Head cells that span the columns with the same text; what a text has before a zero only keeps spans apart. */
    private void spans(List<String> texts) {
        for (int i = 0; i < texts.size(); ) {
            int end = i;
            while (end < texts.size() && texts.get(end).equals(texts.get(i))) {
                end++;
            }
            String text = texts.get(i).substring(texts.get(i).indexOf('\0') + 1);
            html.append("<th class=\"span\" colspan=\"")
                    .append(end - i)
                    .append("\">")
                    .append(Html.escape(text));
            html.append("</th>");
            i = end;
        }
    }

    private void columnHead(MatrixColumn column) {
        String against = cells.stream()
                .filter(cell -> MatrixColumn.of(cell).equals(column))
                .map(Cell::against)
                .distinct()
                .collect(Collectors.joining(", "));
        html.append("<th>").append(Html.escape(column.differences() ? "float64" : column.title()));
        html.append("<small>against ").append(Html.escape(against)).append("</small></th>");
    }

    private void family(OperationFamily family, List<String> operations) {
        html.append("<tbody>\n<tr class=\"family\"><th colspan=\"")
                .append(columns.size() + 1)
                .append("\">");
        html.append(family.title()).append("</th></tr>\n");
        for (String operation : operations) {
            List<Cell> own =
                    cells.stream().filter(c -> c.operation().equals(operation)).toList();
            html.append("<tr data-operation=\"").append(Html.escape(operation)).append("\"><th scope=\"row\">");
            html.append(Html.escape(operation)).append("</th>");
            for (int i = 0; i < columns.size(); i++) {
                worst(operation, i, own);
            }
            html.append("</tr>\n");
        }
        html.append("</tbody>\n");
    }

    private void worst(String operation, int index, List<Cell> own) {
        MatrixColumn column = columns.get(index);
        boolean first = index > 0 && !columns.get(index - 1).backend().equals(column.backend());
        html.append(first ? "<td class=\"first\">" : "<td>");
        column.worst(own).ifPresent(cell -> {
            boolean pass =
                    own.stream().filter(c -> MatrixColumn.of(c).equals(column)).allMatch(Cell::pass);
            double share = MatrixColumn.share(cell);
            html.append("<button type=\"button\" class=\"")
                    .append(Level.of(pass, share, cell).css());
            html.append("\" data-operation=\"")
                    .append(Html.escape(operation))
                    .append("\" data-column=\"")
                    .append(index);
            html.append("\" data-backend=\"")
                    .append(Html.escape(column.backend()))
                    .append("\" data-kind=\"");
            html.append(column.kindTitle()).append("\" data-type=\"").append(column.title());
            html.append("\" data-pass=\"").append(pass).append("\" title=\"");
            html.append(Html.escape(cell.name())).append("\">").append(Html.escape(MatrixColumn.percent(share)));
            html.append("</button>");
        });
        html.append("</td>");
    }

    /** How near to its bound an error is, as a color. */
    private enum Level {
        REPEATED("same bits twice"),
        FAR("0"),
        WELL("below 10 %"),
        WITHIN("below 50 %"),
        NEAR("below 100 %"),
        FAIL("fails");

        private final String title;

        Level(String title) {
            this.title = title;
        }

        static Level of(boolean pass, double share, Cell cell) {
            if (!pass) {
                return FAIL;
            }
            if (cell.against().equals(GradientMatrix.REPETITION)) {
                return REPEATED;
            }
            return share == 0 ? FAR : share < 0.1 ? WELL : share < 0.5 ? WITHIN : NEAR;
        }

        String css() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private void distributions() {
        List<MatrixColumn> measured = new ArrayList<>();
        List<ErrorHistogram> histograms = new ArrayList<>();
        for (MatrixColumn column : columns) {
            List<ErrorHistogram> parts = cells.stream()
                    .filter(cell -> MatrixColumn.of(cell).equals(column))
                    .filter(cell -> !cell.against().equals(GradientMatrix.REPETITION))
                    .map(cell -> cell.detail().ulps())
                    .filter(Objects::nonNull)
                    .toList();
            if (!parts.isEmpty() && column.type() != MatrixColumn.Type.EXACT) {
                measured.add(column);
                histograms.add(ErrorHistogram.sum(parts));
            }
        }
        if (measured.isEmpty()) {
            return;
        }
        html.append(
                "<section>\n<h2>Errors in ulp</h2>\n<p class=\"explanation\">All elements of all cases. One ulp is the");
        html.append(" distance between neighboring numbers; a result that is rounded once is at most half of it off.");
        html.append(" Gradients that are sums of many terms of either sign are small where they cancel, so the same");
        html.append(" absolute error counts as many of their ulps.</p>\n<div class=\"charts\">\n");
        for (int i = 0; i < measured.size(); i++) {
            chart(measured.get(i), histograms.get(i));
        }
        html.append("</div>\n</section>\n");
    }

    private void chart(MatrixColumn column, ErrorHistogram histogram) {
        List<Long> counts = histogram.counts();
        long most = counts.stream().mapToLong(Long::longValue).max().orElse(1);
        html.append("<figure><h3>").append(Html.escape(column.backend())).append(" <small>");
        html.append(column.kind() == Kind.FORWARD ? "results in " : "gradients in ")
                .append(column.title());
        html.append("</small></h3>\n<div class=\"bars\">");
        IntStream.range(0, counts.size()).forEach(bucket -> html.append("<div title=\"")
                .append(count(counts.get(bucket)))
                .append("\"><i style=\"height:")
                .append(String.format(Locale.ROOT, "%.1f", 100.0 * counts.get(bucket) / most))
                .append("%\"></i><span>")
                .append(ErrorHistogram.shortLabel(bucket).replace("1/2", "\u00bd"))
                .append("</span></div>"));
        html.append("</div>\n<figcaption>").append(count(histogram.total())).append(" elements, ");
        html.append(String.format(Locale.ROOT, "%.1f %%", 100 * histogram.roundedWell()));
        html.append(" within \u00bd ulp, worst ");
        html.append(String.format(Locale.ROOT, "%.3g", histogram.worst())).append("</figcaption></figure>\n");
    }
}
