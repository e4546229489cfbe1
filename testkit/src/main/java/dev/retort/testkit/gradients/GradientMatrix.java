package dev.retort.testkit.gradients;

import dev.retort.autograd.GradientCheck;
import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.MatmulPrecision;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.UndeclaredOperationException;
import dev.retort.testkit.cases.OperationCase;
import dev.retort.testkit.cases.OperationCases;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Checks every operation case of a backend, forward and backward: gradients in float64 against central differences, and
 * whatever another backend can compute as well against that one.
 */
public final class GradientMatrix {
    /** What float64 gradients are held against first. */
    public static final String DIFFERENCES = "differences";
    /** What results are held against where no other backend can be asked: their own second computation, bit for bit. */
    public static final String REPETITION = "repetition";

    private final Backend backend;
    private final Backend oracle;
    private final Backend peer;
    private final long seed;
    private final MatmulPrecision precision;

    /**
     * @param oracle a backend that computes in float64; may be the same
     * @param seed of the cases' values
     */
    public GradientMatrix(Backend backend, Backend oracle, long seed) {
        this(backend, oracle, null, seed, MatmulPrecision.FP32);
    }

    /**
     * @param peer asked where backend and oracle are the same kind and would compute the same in the same way; may be null
     * @param precision how the backend multiplies float32
     */
    public GradientMatrix(Backend backend, Backend oracle, Backend peer, long seed, MatmulPrecision precision) {
        this.backend = backend;
        this.oracle = oracle;
        this.peer = peer;
        this.seed = seed;
        this.precision = precision;
    }

    /** What is checked: results, or gradients. */
    public enum Kind {
        FORWARD,
        BACKWARD
    }

    /**
     * More about the worst element.
     *
     * @param place tensor and index
     * @param expected the right value
     * @param actual the value found
     * @param relative largest error relative to the right value
     * @param ulps distribution of all errors; null against differences, which are no exact values
     * @param note what else is to be known, such as kinks or an exception's message; empty if nothing
     */
    public record Detail(
            String place, double expected, double actual, double relative, ErrorHistogram ulps, String note) {}

    /**
     * The outcome for one case and type.
     *
     * @param against {@link #DIFFERENCES}, {@link #REPETITION}, or a backend's name
     * @param worstError largest error: relative as {@link GradientCheck} has it, or absolute against a backend; infinite if
     *     it is no number, or if the case failed with an exception
     * @param bound largest accepted one, at the same element
     */
    public record Cell(
            String operation,
            String name,
            String backend,
            String against,
            DType dtype,
            boolean pass,
            double worstError,
            double bound,
            double seconds,
            Kind kind,
            Detail detail) {}

    /** Runs the cases whose operation is wanted; a case that the backend does not declare gives no cell. */
    public List<Cell> run(Predicate<String> operation, Consumer<Cell> progress) {
        List<Cell> cells = new ArrayList<>();
        for (OperationCase c : OperationCases.all()) {
            if (operation.test(c.operation())) {
                for (Cell cell : check(c)) {
                    cells.add(cell);
                    progress.accept(cell);
                }
            }
        }
        return cells;
    }

    /** The cells of one case: forward and, where something is differentiable, backward, for each type that is declared. */
    public List<Cell> check(OperationCase c) {
        List<Cell> cells = new ArrayList<>();
        boolean differentiable = !c.differentiable().isEmpty();
        for (DType dtype : DType.values()) {
            if (!c.dtypes().contains(dtype)) {
                continue;
            }
            forward(c, dtype).ifPresent(cells::add);
            if (differentiable && dtype == DType.F64) {
                cell(c, dtype, Kind.BACKWARD, DIFFERENCES, () -> differences(c)).ifPresent(cells::add);
            }
            if (differentiable && dtype.isFloating() && (dtype == DType.F32 || independent(oracle))) {
                cell(
                                c,
                                dtype,
                                Kind.BACKWARD,
                                oracle.name(),
                                () -> outcome(with(oracle).backward(c, dtype), "gradient "))
                        .ifPresent(cells::add);
            }
        }
        return cells;
    }

    /** Whether another backend computes in its own way. */
    private boolean independent(Backend other) {
        return !other.name().equals(backend.name());
    }

    private BackendComparison with(Backend other) {
        return BackendComparison.of(backend, other).seed(seed).precision(precision);
    }

    private Optional<Cell> forward(OperationCase c, DType dtype) {
        if (independent(oracle) || dtype == DType.F32) {
            return cell(
                    c,
                    dtype,
                    Kind.FORWARD,
                    oracle.name(),
                    () -> outcome(with(oracle).forward(c, dtype), "result "));
        }
        if (peer != null && independent(peer)) {
            Optional<Cell> compared = cell(
                    c,
                    dtype,
                    Kind.FORWARD,
                    peer.name(),
                    () -> outcome(with(peer).forward(c, dtype), "result "));
            if (compared.isPresent()) {
                return compared;
            }
        }
        return cell(
                c, dtype, Kind.FORWARD, REPETITION, () -> outcome(with(backend).forward(c, dtype), "result "));
    }

    /** What a check found, without what is known beforehand. */
    private record Outcome(boolean pass, double error, double bound, Detail detail) {}

    private Optional<Cell> cell(OperationCase c, DType dtype, Kind kind, String against, Supplier<Outcome> check) {
        long start = System.nanoTime();
        Outcome outcome;
        try (Scope scope = Scope.open()) {
            outcome = check.get();
        } catch (UndeclaredOperationException undeclared) {
            return Optional.empty();
        } catch (RuntimeException broken) {
            Detail detail = new Detail("", Double.NaN, Double.NaN, Double.NaN, null, broken.toString());
            outcome = new Outcome(false, Double.POSITIVE_INFINITY, 0, detail);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        return Optional.of(new Cell(
                c.operation(),
                c.name(),
                backend.name(),
                against,
                dtype,
                outcome.pass,
                outcome.error,
                outcome.bound,
                seconds,
                kind,
                outcome.detail));
    }

    private Outcome differences(OperationCase c) {
        List<Tensor> inputs = c.inputs(backend, DType.F64, seed);
        GradientCheck.Report report =
                GradientCheck.on(backend).seed(seed).check(leaves -> c.first(inputs, leaves), c.leaves(inputs));
        GradientCheck.Worst worst = report.worst().stream()
                .max((a, b) -> Double.compare(a.error(), b.error()))
                .orElseThrow();
        double error = Double.isNaN(worst.error()) ? Double.POSITIVE_INFINITY : worst.error();
        long kinks = report.kinks().size();
        String note = kinks == 0 ? "" : kinks == 1 ? "1 kink met" : kinks + " kinks met";
        int operand = c.differentiable().get(worst.input());
        Detail detail = new Detail(
                "operand " + operand + " " + worst.place() + " of "
                        + c.operands().get(operand).shape(),
                worst.numeric(),
                worst.analytic(),
                worst.error(),
                null,
                note);
        return new Outcome(report.passed(), error, report.tolerance(), detail);
    }

    private static Outcome outcome(Comparison comparison, String what) {
        Detail detail = new Detail(
                what + comparison.tensor() + " " + comparison.place(),
                comparison.expected(),
                comparison.actual(),
                comparison.largestRelative(),
                comparison.ulps(),
                "");
        return new Outcome(comparison.pass(), comparison.error(), comparison.bound(), detail);
    }
}
