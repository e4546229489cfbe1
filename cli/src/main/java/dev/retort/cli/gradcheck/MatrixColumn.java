package dev.retort.cli.gradcheck;

import dev.retort.tensor.DType;
import dev.retort.testkit.gradients.GradientMatrix;
import dev.retort.testkit.gradients.GradientMatrix.Cell;
import dev.retort.testkit.gradients.GradientMatrix.Kind;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What one column of the tables is about: a backend's results or gradients in one type, or in all that must be exact.
 *
 * @param differences whether gradients are held against differences, not against a backend
 */
record MatrixColumn(String backend, Kind kind, Type type, boolean differences) {
    /** Types as columns have them. */
    enum Type {
        FLOAT32("float32"),
        FLOAT64("float64"),
        EXACT("integers");

        private final String title;

        Type(String title) {
            this.title = title;
        }

        static Type of(DType dtype) {
            return switch (dtype) {
                case F32 -> FLOAT32;
                case F64 -> FLOAT64;
                case I32, I64, BOOL -> EXACT;
            };
        }
    }

    static MatrixColumn of(Cell cell) {
        return new MatrixColumn(
                cell.backend(),
                cell.kind(),
                Type.of(cell.dtype()),
                cell.against().equals(GradientMatrix.DIFFERENCES));
    }

    /** The columns of a run: backends that fail first, else in its order; results before gradients, differences last. */
    static List<MatrixColumn> of(List<Cell> cells) {
        Set<String> failing =
                cells.stream().filter(cell -> !cell.pass()).map(Cell::backend).collect(Collectors.toSet());
        List<String> backends = cells.stream()
                .map(Cell::backend)
                .distinct()
                .sorted(Comparator.comparing(backend -> !failing.contains(backend)))
                .toList();
        return cells.stream()
                .map(MatrixColumn::of)
                .distinct()
                .sorted(Comparator.comparingInt((MatrixColumn c) -> backends.indexOf(c.backend))
                        .thenComparing(MatrixColumn::kind)
                        .thenComparing(MatrixColumn::differences)
                        .thenComparing(MatrixColumn::type))
                .toList();
    }

    String title() {
        return differences ? "differences" : type.title;
    }

    String kindTitle() {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    /** The check that came nearest to its bound or passed it the furthest; none if nothing was checked. */
    Optional<Cell> worst(List<Cell> cells) {
        return cells.stream()
                .filter(cell -> of(cell).equals(this))
                .max(Comparator.comparingDouble(MatrixColumn::share));
    }

    /** The error as a share of its bound: above 1 is a failure. Infinite for an error that is no number. */
    static double share(Cell cell) {
        if (Double.isNaN(cell.worstError())) {
            return Double.POSITIVE_INFINITY;
        }
        return cell.worstError() == 0 ? 0 : cell.worstError() / cell.bound();
    }

    /** A share of a bound for people: in percent, or how many times the bound. */
    static String percent(double share) {
        double percent = 100 * share;
        if (percent == 0) {
            return "0";
        }
        if (percent < 0.1) {
            return "<0.1 %";
        }
        if (percent < 9.95) {
            return String.format(Locale.ROOT, "%.1f %%", percent);
        }
        if (share < 9.995) {
            return String.format(Locale.ROOT, "%.0f %%", percent);
        }
        return share == Double.POSITIVE_INFINITY
                ? "\u221e"
                : String.format(Locale.ROOT, share < 1e4 ? "%.0fx" : "%.0ex", share)
                        .replaceFirst("e\\+0?", "e");
    }

    /** A type as files call it. */
    static String name(DType dtype) {
        return switch (dtype) {
            case F32 -> "float32";
            case F64 -> "float64";
            default -> dtype.name().toLowerCase(Locale.ROOT);
        };
    }

    /** An element of a type: as many digits as a float needs to be told from its neighbors, none behind a whole number. */
    static String element(double value, DType dtype) {
        if (!Double.isFinite(value)) {
            return Double.toString(value);
        }
        return String.format(Locale.ROOT, dtype.isFloating() ? "%.9g" : "%.0f", value);
    }

    /** An error or a bound in a few digits. */
    static String figure(double value) {
        return value == 0 ? "0" : String.format(Locale.ROOT, "%.1e", value);
    }
}
