package dev.retort.testkit.conformance;

import dev.retort.tensor.DType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How much of a backend the kit saw: for each operation and dtype the cases that passed, failed or were skipped. Core
 * operations stand in capitals; composed ones, which are not declared, by their method's name.
 */
public final class Coverage {
    /** What became of the cases of one operation in one dtype. */
    public enum Outcome {
        PASSED,
        FAILED,
        SKIPPED
    }

    /**
     * One operation in one dtype.
     *
     * @param declared for a core operation what the backend says, for a composed one whether any case could run
     */
    public record Cell(boolean declared, int passed, int failed, int skipped) {
        /** Cases that ran. */
        public int run() {
            return passed + failed;
        }

        private Cell with(Outcome outcome) {
            return switch (outcome) {
                case PASSED -> new Cell(declared, passed + 1, failed, skipped);
                case FAILED -> new Cell(declared, passed, failed + 1, skipped);
                case SKIPPED -> new Cell(declared, passed, failed, skipped + 1);
            };
        }

        @Override
        public String toString() {
            if (!declared) {
                return "undecl.";
            }
            return run() + (failed > 0 ? " (" + failed + " failed)" : "") + (skipped > 0 ? "/" + skipped : "");
        }
    }

    private final String backend;
    private final Map<String, Map<DType, Cell>> rows = new LinkedHashMap<>();

    Coverage(String backend) {
        this.backend = backend;
    }

    synchronized void declare(String operation, DType dtype, boolean declared) {
        row(operation).put(dtype, new Cell(declared, 0, 0, 0));
    }

    synchronized void count(String operation, DType dtype, Outcome outcome) {
        row(operation).merge(dtype, new Cell(true, 0, 0, 0).with(outcome), (cell, unused) -> cell.with(outcome));
    }

    private Map<DType, Cell> row(String operation) {
        return rows.computeIfAbsent(operation, name -> new LinkedHashMap<>());
    }

    /** One cell; of an operation that does not exist in the dtype, one without cases. */
    public synchronized Cell cell(String operation, DType dtype) {
        return rows.getOrDefault(operation, Map.of()).getOrDefault(dtype, new Cell(false, 0, 0, 0));
    }

    /** All operations, in the order of their declaration. */
    public synchronized List<String> operations() {
        return List.copyOf(rows.keySet());
    }

    /**
     * The table: cases run, with {@code /n} for n skipped ones; {@code undecl.} where the backend does not declare a core
     * operation (or a composed one needs such an operation); {@code -} where the kit has no case, as for truth values in a product.
     */
    @Override
    public synchronized String toString() {
        int longest = rows.values().stream()
                .flatMap(cells -> cells.values().stream())
                .mapToInt(cell -> cell.toString().length())
                .reduce(0, Math::max);
        String column = "%" + Math.max(10, longest + 2) + "s";
        StringBuilder text = new StringBuilder("Conformance of '" + backend + "': cases run/skipped\n");
        text.append(String.format("  %-28s", "operation"));
        for (DType dtype : DType.values()) {
            text.append(String.format(column, dtype));
        }
        rows.forEach((operation, cells) -> {
            text.append(String.format("%n  %-28s", operation));
            for (DType dtype : DType.values()) {
                text.append(String.format(column, cells.containsKey(dtype) ? cells.get(dtype) : "-"));
            }
        });
        return text.append(System.lineSeparator()).toString();
    }
}
