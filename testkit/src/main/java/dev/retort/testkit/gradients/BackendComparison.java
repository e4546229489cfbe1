package dev.retort.testkit.gradients;

import dev.retort.autograd.GradientCheck;
import dev.retort.autograd.Gradients;
import dev.retort.autograd.Tape;
import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.MatmulPrecision;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import dev.retort.testkit.cases.Operand;
import dev.retort.testkit.cases.OperationCase;
import dev.retort.testkit.cases.OperationCase.Accuracy;
import dev.retort.testkit.cases.Tolerance;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Holds one backend against another, forward and backward, at the same values:
 *
 * <pre>{@code
 * BackendComparison compare = BackendComparison.of(simd, reference);
 * Comparison gradients = compare.backward(x -> model(x), List.of(a, b), DType.F32, Accuracy.sum(256));
 * }</pre>
 *
 * The second backend computes floating types in float64, so that its own errors do not count where the first computes in
 * float32; where both compute in float64 each has its share of the bound. Bounds come from {@link Tolerance}: they know the
 * type, how many terms a result sums, and the precision of products.
 */
public final class BackendComparison {
    private final Backend backend;
    private final Backend oracle;
    private final long seed;
    private final MatmulPrecision precision;

    private BackendComparison(Backend backend, Backend oracle, long seed, MatmulPrecision precision) {
        this.backend = backend;
        this.oracle = oracle;
        this.seed = seed;
        this.precision = precision;
    }

    /** @param oracle is taken for right; has to compute in float64 */
    public static BackendComparison of(Backend backend, Backend oracle) {
        return new BackendComparison(backend, oracle, 1, MatmulPrecision.FP32);
    }

    /** Another seed for operands and projection. */
    public BackendComparison seed(long value) {
        return new BackendComparison(backend, oracle, value, precision);
    }

    /** How the first backend multiplies float32. */
    public BackendComparison precision(MatmulPrecision value) {
        return new BackendComparison(backend, oracle, seed, value);
    }

    /** Tensors brought home: their values, shapes and types, and for gradients the number of results they come from. */
    private record Computed(long results, List<double[]> values, List<Shape> shapes, List<DType> types) {
        Computed() {
            this(0, new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }

        void add(Tensor x) {
            add(home(x), x.shape(), x.dtype());
        }

        void add(double[] value, Shape shape, DType type) {
            values.add(value);
            shapes.add(shape);
            types.add(type);
        }

        private static double[] home(Tensor x) {
            return switch (x.dtype()) {
                case F32, F64 -> x.toDoubles();
                case I32, I64 -> {
                    long[] longs = x.toLongs();
                    double[] values = new double[longs.length];
                    for (int i = 0; i < values.length; i++) {
                        values[i] = longs[i];
                    }
                    yield values;
                }
                case BOOL -> {
                    boolean[] flags = x.toBooleans();
                    double[] values = new double[flags.length];
                    for (int i = 0; i < values.length; i++) {
                        values[i] = flags[i] ? 1 : 0;
                    }
                    yield values;
                }
            };
        }
    }

    /** The results of a case whose operands are drawn in a type. */
    public Comparison forward(OperationCase c, DType dtype) {
        return forward(c, dtype, Tolerance.precision(c.operation(), precision));
    }

    /** The gradients of a random projection of a case's first result. */
    public Comparison backward(OperationCase c, DType dtype) {
        return backward(c, dtype, Tolerance.precision(c.operation(), precision));
    }

    /**
     * The result of a function.
     *
     * @param inputs of any backend; their values, rounded to {@code dtype}, are what both compute with
     * @param accuracy how many terms an element of the result sums, and how large they are
     */
    public Comparison forward(GradientCheck.Function function, List<Tensor> inputs, DType dtype, Accuracy accuracy) {
        return forward(asCase(function, inputs, dtype, accuracy), dtype, precision);
    }

    /** The gradients of a random projection of a function's result; see {@link #forward}. */
    public Comparison backward(GradientCheck.Function function, List<Tensor> inputs, DType dtype, Accuracy accuracy) {
        return backward(asCase(function, inputs, dtype, accuracy), dtype, precision);
    }

    private static OperationCase asCase(
            GradientCheck.Function function, List<Tensor> inputs, DType dtype, Accuracy accuracy) {
        List<Operand> operands = new ArrayList<>();
        for (Tensor input : inputs) {
            Operand operand = Operand.of(input.shape(), Computed.home(input));
            operands.add(input.dtype().isFloating() ? operand : operand.as(input.dtype()));
        }
        return new OperationCase(
                "function",
                "function",
                Set.of(dtype),
                accuracy,
                operands,
                (ops, there) -> List.of(function.apply(there)));
    }

    private Comparison forward(OperationCase c, DType dtype, MatmulPrecision products) {
        Computed actual = results(backend, c, dtype, dtype);
        Computed exact = results(oracle, c, dtype, exact(dtype));
        return compare(dtype, exact, actual, c.accuracy(), products, false);
    }

    private Comparison backward(OperationCase c, DType dtype, MatmulPrecision products) {
        Computed actual = gradients(backend, c, dtype, dtype);
        Computed exact = gradients(oracle, c, dtype, exact(dtype));
        return compare(dtype, exact, actual, c.accuracy(), products, true);
    }

    private static DType exact(DType dtype) {
        return dtype == DType.F32 ? DType.F64 : dtype;
    }

    private Computed results(Backend on, OperationCase c, DType drawn, DType dtype) {
        try (Scope scope = Scope.open()) {
            Computed computed = new Computed();
            c.apply(inputs(on, c, drawn, dtype)).forEach(computed::add);
            return computed;
        }
    }

    /** The operands at values that {@code drawn} holds exactly, in {@code dtype}. */
    private List<Tensor> inputs(Backend on, OperationCase c, DType drawn, DType dtype) {
        List<double[]> values = c.draw(drawn, seed);
        List<Tensor> inputs = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            Operand operand = c.operands().get(i);
            inputs.add(Operand.upload(on, values.get(i), operand.shape(), operand.type(dtype)));
        }
        return inputs;
    }

    private Computed gradients(Backend on, OperationCase c, DType drawn, DType dtype) {
        try (Scope scope = Scope.open();
                Tape tape = Tape.on(on)) {
            List<Tensor> inputs = inputs(on, c, drawn, dtype);
            List<Tensor> leaves = c.leaves(inputs).stream().map(tape::watch).toList();
            Tensor y = c.first(inputs, leaves);
            boolean tracked = tape.tracks(y);
            double[] projection = GradientCheck.projection(seed, Math.toIntExact(y.size()));
            for (int i = 0; i < projection.length; i++) {
                projection[i] = (float) projection[i];
            }
            Tensor upstream = on.tensor(projection, y.shape(), y.dtype());
            Gradients result = tracked ? tape.gradients(List.of(y), List.of(upstream), false) : null;
            Computed computed = new Computed(y.size(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
            for (Tensor leaf : leaves) {
                Tensor gradient = tracked ? result.of(leaf) : null;
                if (gradient == null) {
                    computed.add(new double[Math.toIntExact(leaf.size())], leaf.shape(), leaf.dtype());
                } else {
                    computed.add(gradient);
                }
            }
            return computed;
        }
    }

    private static Comparison compare(
            DType dtype,
            Computed exact,
            Computed actual,
            Accuracy accuracy,
            MatmulPrecision products,
            boolean backward) {
        Comparison.Builder builder =
                new Comparison.Builder(dtype, tolerance(dtype, accuracy, products, backward, actual.results, 1));
        if (exact.values.size() != actual.values.size()) {
            throw new ShapeException("One backend gives " + actual.values.size() + " results, the other "
                    + exact.values.size() + ": they do not compute the same");
        }
        for (int i = 0; i < exact.values.size(); i++) {
            Shape shape = exact.shapes.get(i);
            if (!shape.equals(actual.shapes.get(i))) {
                throw new ShapeException("Tensor " + i + " has shape " + actual.shapes.get(i) + " on one backend and "
                        + shape + " on the other");
            }
            DType type = actual.types.get(i);
            Tolerance tolerance = tolerance(type, accuracy, products, backward, actual.results, shape.size());
            builder.add(i, type, shape, exact.values.get(i), actual.values.get(i), tolerance);
        }
        return builder.build();
    }

    private static Tolerance tolerance(
            DType type, Accuracy accuracy, MatmulPrecision products, boolean backward, long results, long elements) {
        if (!backward) {
            return Tolerance.forward(type, accuracy, products);
        }
        long fanOut = (results + elements - 1) / Math.max(elements, 1);
        return Tolerance.backward(type, accuracy, fanOut, products);
    }
}
