package dev.retort.cli.gradcheck;

import dev.retort.testkit.gradients.ErrorHistogram;
import dev.retort.testkit.gradients.GradientMatrix.Cell;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import tools.jackson.databind.json.JsonMapper;

/** Every check as the page's script reads it: rows of numbers and texts, to keep thousands of them small. */
record PageData(GradcheckRun run, List<MatrixColumn> columns) {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final int DIGITS = 4;

    /** JSON that may stand inside a script element of a page that is XML. */
    String json() {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("columns", columns.stream().map(this::column).toList());
        data.put(
                "buckets",
                IntStream.rangeClosed(0, ErrorHistogram.LAST)
                        .mapToObj(ErrorHistogram::shortLabel)
                        .toList());
        data.put("checks", run.cells().stream().map(this::check).toList());
        return MAPPER.writeValueAsString(data)
                .replace("&", "\\u0026")
                .replace("<", "\\u003c")
                .replace(">", "\\u003e");
    }

    private Map<String, Object> column(MatrixColumn column) {
        return Map.of("backend", column.backend(), "kind", column.kindTitle(), "type", column.title());
    }

    /** In the order in which gradcheck.js takes them apart. */
    private List<Object> check(Cell cell) {
        List<Object> row = new ArrayList<>(Arrays.asList(
                cell.operation(),
                cell.name(),
                columns.indexOf(MatrixColumn.of(cell)),
                MatrixColumn.name(cell.dtype()),
                cell.against(),
                cell.pass() ? 1 : 0,
                number(cell.worstError()),
                number(cell.bound()),
                number(MatrixColumn.share(cell)),
                number(cell.seconds()),
                cell.detail().place(),
                MatrixColumn.element(cell.detail().expected(), cell.dtype()),
                MatrixColumn.element(cell.detail().actual(), cell.dtype()),
                number(cell.detail().relative()),
                cell.detail().note(),
                run.replay(cell)));
        ErrorHistogram ulps = cell.detail().ulps();
        row.add(ulps == null ? List.of() : ulps.counts());
        row.add(ulps == null ? null : number(ulps.worst()));
        return row;
    }

    /** A few digits; null if it is not finite. */
    private static Double number(double value) {
        return Double.isFinite(value) ? Double.valueOf(String.format(Locale.ROOT, "%." + DIGITS + "g", value)) : null;
    }
}
