package dev.retort.autograd;

import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.UndeclaredOperationException;
import dev.retort.tensor.cases.Operand;
import dev.retort.tensor.cases.OperationCase;
import dev.retort.tensor.cases.OperationCases;
import dev.retort.tensor.cases.Tolerance;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Checks the gradient of every differentiable operation case on a backend: in float64 against central differences, in
 * float32 against the oracle's float64 gradients at the same values.
 */
public final class GradientMatrix {
    /** What float64 gradients are held against. */
    public static final String DIFFERENCES = "differences";

    private final Backend backend;
    private final Backend oracle;
    private final long seed;

    /**
     * @param oracle a backend that computes in float64; may be the same
     * @param seed of the cases' values
     */
    public GradientMatrix(Backend backend, Backend oracle, long seed) {
        this.backend = backend;
        this.oracle = oracle;
        this.seed = seed;
    }

    /**
     * The outcome for one case and type.
     *
     * @param against {@link #DIFFERENCES}, or the oracle's name
     * @param worstError largest error, relative as {@link GradientCheck} has it, or absolute against the oracle
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
            double seconds) {}

    /** Runs the cases whose operation is wanted; a case that the backend does not declare gives no cell. */
    public List<Cell> run(Predicate<String> operation, Consumer<Cell> progress) {
        List<Cell> cells = new ArrayList<>();
        for (OperationCase c : OperationCases.differentiable()) {
            if (operation.test(c.operation())) {
                for (Cell cell : check(c)) {
                    cells.add(cell);
                    progress.accept(cell);
                }
            }
        }
        return cells;
    }

    /** The cells of one case: one for each type that the backend declares. */
    public List<Cell> check(OperationCase c) {
        List<Cell> cells = new ArrayList<>();
        for (DType dtype : List.of(DType.F64, DType.F32)) {
            if (c.dtypes().contains(dtype)) {
                Cell cell = cell(c, dtype);
                if (cell != null) {
                    cells.add(cell);
                }
            }
        }
        return cells;
    }

    private Cell cell(OperationCase c, DType dtype) {
        long start = System.nanoTime();
        try (Scope scope = Scope.open()) {
            double error;
            double bound;
            String against;
            if (dtype == DType.F64) {
                GradientCheck.Report report = differences(c);
                error = report.error();
                bound = report.tolerance();
                against = DIFFERENCES;
            } else {
                double[] worst = compare(c);
                error = worst[0];
                bound = worst[1];
                against = oracle.name();
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            return new Cell(
                    c.operation(), c.name(), backend.name(), against, dtype, error <= bound, error, bound, seconds);
        } catch (UndeclaredOperationException undeclared) {
            return null;
        }
    }

    private GradientCheck.Report differences(OperationCase c) {
        List<Tensor> inputs = c.inputs(backend, DType.F64, seed);
        return GradientCheck.on(backend).seed(seed).check(leaves -> c.first(inputs, leaves), c.leaves(inputs));
    }

    /** Error and bound of the element that exceeds its bound the most, or comes nearest to it. */
    private double[] compare(OperationCase c) {
        Projected actual = gradients(backend, c, DType.F32);
        Projected exact = gradients(oracle, c, DType.F64);
        double[] worst = {0, Tolerance.backward(DType.F32, c.accuracy(), 1).bound(0)};
        for (int i = 0; i < exact.gradients.size(); i++) {
            double[] wantedValues = exact.gradients.get(i);
            long fanOut = (exact.results + wantedValues.length - 1) / Math.max(wantedValues.length, 1);
            Tolerance tolerance = Tolerance.backward(DType.F32, c.accuracy(), fanOut);
            for (int j = 0; j < wantedValues.length; j++) {
                double wanted = wantedValues[j];
                double got = actual.gradients.get(i)[j];
                double bound = tolerance.bound(wanted);
                double error = tolerance.accepts(wanted, got) ? Math.abs(got - wanted) : notAccepted(wanted, got);
                if (!(error / bound <= worst[0] / worst[1])) {
                    worst = new double[] {error, bound};
                }
            }
        }
        return worst;
    }

    /** The error; infinite where it is no number. */
    private static double notAccepted(double wanted, double got) {
        double error = Math.abs(got - wanted);
        return Double.isNaN(error) ? Double.POSITIVE_INFINITY : error;
    }

    /** Gradients of a random projection of the first result, which has {@code results} elements. */
    private record Projected(long results, List<double[]> gradients) {}

    /** Gradients for the differentiable operands, at values that float32 holds exactly. */
    private Projected gradients(Backend on, OperationCase c, DType dtype) {
        try (Tape tape = Tape.on(on)) {
            List<double[]> values = c.draw(DType.F32, seed);
            List<Tensor> inputs = new ArrayList<>();
            for (int i = 0; i < values.size(); i++) {
                Operand operand = c.operands().get(i);
                inputs.add(Operand.upload(on, values.get(i), operand.shape(), operand.type(dtype)));
            }
            List<Tensor> leaves = c.leaves(inputs).stream().map(tape::watch).toList();
            Tensor y = c.first(inputs, leaves);
            SplittableRandom random = new SplittableRandom(seed);
            double[] projection = new double[Math.toIntExact(y.size())];
            for (int i = 0; i < projection.length; i++) {
                projection[i] = (float) random.nextDouble(-1, 1);
            }
            boolean tracked = y.backend() == tape;
            Tensor upstream = on.tensor(projection, y.shape(), y.dtype());
            Gradients result = tracked ? tape.gradients(List.of(y), List.of(upstream), false) : null;
            List<double[]> gradients = new ArrayList<>();
            for (Tensor leaf : leaves) {
                Tensor gradient = tracked ? result.of(leaf) : null;
                gradients.add(gradient == null ? new double[Math.toIntExact(leaf.size())] : gradient.toDoubles());
            }
            return new Projected(y.size(), gradients);
        }
    }
}
