package dev.retort.cli.gradcheck;

import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Operation;
import dev.retort.testkit.cases.OperationCase;
import dev.retort.testkit.cases.OperationCases;
import dev.retort.testkit.gradients.GradientMatrix.Cell;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which of the operations that a backend declares were checked, each type by itself.
 *
 * @param declared pairs of operation and type, as {@code GEMM F32}
 * @param missing those of them without any check
 */
public record Coverage(String backend, List<String> declared, List<String> missing) {

    /** The coverage of checks of a backend. */
    public static Coverage of(Backend backend, List<Cell> cells) {
        Set<String> checked = new LinkedHashSet<>();
        for (Cell cell : cells) {
            if (cell.backend().equals(backend.name())) {
                checked.add(pair(cell.operation(), cell.dtype()));
            }
        }
        List<String> declared = List.copyOf(declared(backend));
        return new Coverage(
                backend.name(),
                declared,
                declared.stream().filter(pair -> !checked.contains(pair)).toList());
    }

    /** Core operations as the backend declares them; composed ones for each floating type that it computes in. */
    private static Set<String> declared(Backend backend) {
        Set<String> declared = new LinkedHashSet<>();
        for (Operation operation : Operation.values()) {
            Arrays.stream(DType.values())
                    .filter(dtype -> backend.supports(operation, dtype))
                    .forEach(dtype -> declared.add(pair(operation.name(), dtype)));
        }
        Set<String> core = new LinkedHashSet<>(
                Arrays.stream(Operation.values()).map(Operation::name).toList());
        for (OperationCase c : OperationCases.all()) {
            if (!core.contains(c.operation())) {
                c.dtypes().stream()
                        .filter(dtype -> dtype.isFloating() && backend.supports(Operation.BINARY, dtype))
                        .forEach(dtype -> declared.add(pair(c.operation(), dtype)));
            }
        }
        return declared;
    }

    private static String pair(String operation, DType dtype) {
        return operation + " " + dtype;
    }

    @Override
    public String toString() {
        int checked = declared.size() - missing.size();
        String text =
                backend + ": " + checked + " of " + declared.size() + " declared pairs of operation and type checked";
        return missing.isEmpty() ? text : text + "; not " + String.join(", ", missing);
    }
}
