package dev.retort.distill.gradcheck;

import dev.retort.autograd.GradientMatrix.Cell;
import dev.retort.tensor.DType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * All checks of one operation on one backend.
 *
 * @param cells in the order of the run, at least one
 */
record OperationResult(String backend, String operation, List<Cell> cells) {
    private record Key(String backend, String operation) {}

    /** The checks of a run, put together by backend and operation, in the order of the run. */
    static List<OperationResult> of(List<Cell> cells) {
        Map<Key, List<Cell>> groups = new LinkedHashMap<>();
        for (Cell cell : cells) {
            groups.computeIfAbsent(new Key(cell.backend(), cell.operation()), key -> new ArrayList<>())
                    .add(cell);
        }
        return groups.entrySet().stream()
                .map(e -> new OperationResult(e.getKey().backend, e.getKey().operation, e.getValue()))
                .toList();
    }

    /** How many cases were checked, each in one or more types. */
    long cases() {
        return cells.stream().map(Cell::name).distinct().count();
    }

    boolean pass() {
        return cells.stream().allMatch(Cell::pass);
    }

    /** The check in a type that came nearest to its bound or passed it the furthest; none if the type was not checked. */
    Optional<Cell> worst(DType dtype) {
        return cells.stream()
                .filter(cell -> cell.dtype() == dtype)
                .max(Comparator.comparingDouble(OperationResult::share));
    }

    /** The error as a share of its bound: above 1 is a failure. Infinite for an error that is no number. */
    static double share(Cell cell) {
        if (Double.isNaN(cell.worstError())) {
            return Double.POSITIVE_INFINITY;
        }
        return cell.worstError() == 0 ? 0 : cell.worstError() / cell.bound();
    }

    /** A type as the tables call it. */
    static String name(DType dtype) {
        return switch (dtype) {
            case F32 -> "float32";
            case F64 -> "float64";
            default -> dtype.name().toLowerCase(Locale.ROOT);
        };
    }

    /** An error or a bound in a few digits. */
    static String figure(double value) {
        return value == 0 ? "0" : String.format(Locale.ROOT, "%.1e", value);
    }
}
