package dev.retort.acceptance.check;

import dev.retort.cli.gradcheck.GradcheckRun;
import dev.retort.cli.gradcheck.GradcheckTable;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.MatmulPrecision;
import dev.retort.testkit.gradients.GradientMatrix;
import dev.retort.testkit.gradients.GradientMatrix.Cell;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/** The gradient matrix: results and gradients of every operation against the reference; its whole table is in the log. */
final class GradientsPart implements Part {
    private static final String REFERENCE = "reference";
    private static final long SEED = 1;

    private final MatmulPrecision precision;

    GradientsPart(MatmulPrecision precision) {
        this.precision = precision;
    }

    @Override
    public String name() {
        return "gradients-" + precision.label();
    }

    @Override
    public String what() {
        return "The gradient matrix in " + precision.label()
                + ": results and gradients of every operation against the reference";
    }

    @Override
    public void run(PartRun run) {
        String device = DeviceNames.require(run.settings().device(), precision);
        long start = System.nanoTime();
        try (Backend backend = Backends.create(device);
                Backend reference = Backends.create(REFERENCE)) {
            GradientMatrix matrix = new GradientMatrix(backend, reference, null, SEED, precision);
            AtomicInteger done = new AtomicInteger();
            List<Cell> cells = matrix.run(operation -> true, cell -> {
                run.done(done.incrementAndGet());
                if (!cell.pass()) {
                    run.fail(text(cell));
                }
            });
            PrintWriter log = new PrintWriter(System.out, true);
            GradcheckTable.print(
                    new GradcheckRun(cells, REFERENCE, SEED, List.of(), (System.nanoTime() - start) / 1e9), log);
            long passed = cells.stream().filter(Cell::pass).count();
            run.figure("checks", cells.size());
            run.figure("failed", cells.size() - passed);
            run.figure(
                    "largest error as a share of the accepted one",
                    cells.stream()
                            .filter(cell -> cell.bound() > 0)
                            .mapToDouble(cell -> cell.worstError() / cell.bound())
                            .max()
                            .orElse(0));
            run.sum(passed + " of " + cells.size() + " checks pass");
        }
    }

    private static String text(Cell cell) {
        return cell.name() + ", " + cell.kind().name().toLowerCase(Locale.ROOT) + " in " + cell.dtype() + ": error "
                + cell.worstError() + ", accepted " + cell.bound() + " "
                + cell.detail().place() + " "
                + cell.detail().note();
    }
}
