package dev.retort.distill.gradcheck;

import dev.retort.autograd.GradientMatrix.Cell;
import dev.retort.tensor.DType;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** The outcome of a gradient check as text: a table for each backend with a line an operation, then what failed. */
public final class GradcheckTable {
    private static final String TITLE = "operation";
    private static final List<DType> COLUMNS = List.of(DType.F64, DType.F32);

    private GradcheckTable() {}

    /** Prints the tables of a run's cells. */
    public static void print(List<Cell> cells, PrintWriter out) {
        List<OperationResult> results = OperationResult.of(cells);
        int width =
                results.stream().mapToInt(result -> result.operation().length()).reduce(TITLE.length(), Math::max);
        for (String backend :
                results.stream().map(OperationResult::backend).distinct().toList()) {
            List<OperationResult> own =
                    results.stream().filter(r -> r.backend().equals(backend)).toList();
            out.println(backend);
            row(out, width, TITLE, "cases", own.get(0), true);
            own.forEach(result -> row(out, width, result.operation(), "" + result.cases(), result, false));
            conclude(backend, own.stream().flatMap(r -> r.cells().stream()).toList(), out);
        }
    }

    private static void row(
            PrintWriter out, int width, String operation, String cases, OperationResult result, boolean title) {
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "  %-" + width + "s %5s", operation, cases));
        for (DType dtype : COLUMNS) {
            String text = title ? OperationResult.name(dtype) + ": error of bound" : errorOfBound(result, dtype);
            line.append(String.format(Locale.ROOT, "  %23s", text));
        }
        out.println(line + (title ? "" : result.pass() ? "  pass" : "  FAIL"));
    }

    private static String errorOfBound(OperationResult result, DType dtype) {
        return result.worst(dtype)
                .map(cell -> OperationResult.figure(cell.worstError()) + " of " + OperationResult.figure(cell.bound()))
                .orElse("-");
    }

    private static void conclude(String backend, List<Cell> cells, PrintWriter out) {
        List<Cell> failed = cells.stream().filter(cell -> !cell.pass()).toList();
        for (Cell cell : failed) {
            out.println("  FAIL " + cell.operation() + ", " + cell.name() + ", " + OperationResult.name(cell.dtype())
                    + " against " + cell.against() + ": error " + OperationResult.figure(cell.worstError())
                    + ", accepted " + OperationResult.figure(cell.bound()));
        }
        out.println("  " + backend + ": " + (cells.size() - failed.size()) + " of " + cells.size() + " checks pass");
        out.println();
    }
}
