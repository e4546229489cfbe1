package dev.retort.cli.gradcheck;

import dev.retort.testkit.gradients.GradientMatrix.Cell;
import java.util.List;

/**
 * What a run of the checks gave.
 *
 * @param cells in the order of the run
 * @param against the backend that results were held against
 * @param seed of all values
 * @param coverage of each backend, if everything was checked; empty for a choice of operations
 * @param seconds by the clock
 */
public record GradcheckRun(List<Cell> cells, String against, long seed, List<Coverage> coverage, double seconds) {

    /** Those that did not pass. */
    public List<Cell> failed() {
        return cells.stream().filter(cell -> !cell.pass()).toList();
    }

    /** The command that repeats one check alone. */
    public String replay(Cell cell) {
        if (cell.operation().equals(ModelCheck.OPERATION)) {
            return "retort gradcheck --model --device " + cell.backend() + " --case " + quoted(cell.name()) + " --seed "
                    + seed;
        }
        return replay(cell.backend()) + " --operation " + cell.operation() + " --case " + quoted(cell.name())
                + " --seed " + seed;
    }

    /** How the command that repeats checks of a backend begins. */
    String replay(String backend) {
        return "retort gradcheck --device " + backend + " --against " + against;
    }

    private static String quoted(String name) {
        return '"' + name + '"';
    }
}
