package dev.retort.autograd;

import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Holds gradients against central differences in float64:
 *
 * <pre>{@code
 * GradientCheck.on(backend).seed(7).require(x -> x.get(0).matmul(x.get(1)).relu(), List.of(a, b));
 * }</pre>
 *
 * The function's output of any shape is reduced to a scalar by a random projection s = sum(r*y), |r| in [0.5, 1) with random
 * signs, so that every output element counts and none cancels by symmetry. The step is chosen for each input by where the
 * function bends; its floor, where truncation and rounding balance, is derived in docs/tolerances.md.
 *
 * <p>Where one-sided slopes differ and stay different as the step shrinks, there is a kink. The claimed gradient has to lie
 * between the slopes, and the element is checked again a little way off; if there is no smooth place around, the report says
 * so. A function or gradient that changes from call to call is refused.
 */
public final class GradientCheck {
    private final Backend backend;
    private long seed = 1;
    private double tolerance = 1e-6;
    private double floor = 1;
    private int samples = Integer.MAX_VALUE;
    private int directions = 1;
    private boolean richardson;
    private boolean secondOrder;
    private List<String> names = List.of();
    private int onlyInput = -1;
    private long onlyIndex;

    private GradientCheck(Backend backend) {
        this.backend = backend;
    }

    private GradientCheck(GradientCheck other) {
        backend = other.backend;
        seed = other.seed;
        tolerance = other.tolerance;
        floor = other.floor;
        samples = other.samples;
        directions = other.directions;
        richardson = other.richardson;
        secondOrder = other.secondOrder;
        names = other.names;
        onlyInput = other.onlyInput;
        onlyIndex = other.onlyIndex;
    }

    /** Checks every element of every input, on a backend that computes in float64, to 1e-6. */
    public static GradientCheck on(Backend backend) {
        return new GradientCheck(backend);
    }

    /** Another seed for projection, directions and choice of elements. */
    public GradientCheck seed(long value) {
        GradientCheck changed = new GradientCheck(this);
        changed.seed = value;
        return changed;
    }

    /** Largest accepted |analytic - numeric| / max(floor, |analytic|, |numeric|); see {@link #floor}. */
    public GradientCheck tolerance(double value) {
        if (!(value > 0)) {
            throw new IllegalArgumentException("A tolerance is above 0, got " + value);
        }
        GradientCheck changed = new GradientCheck(this);
        changed.tolerance = value;
        return changed;
    }

    /**
     * For functions of small values, such as the mean of a great many: slopes below this count as if they were as large; 1
     * unless set. A wrong slope that is smaller than floor*tolerance passes.
     */
    public GradientCheck floor(double value) {
        if (!(value > 0)) {
            throw new IllegalArgumentException("A floor of slopes is above 0, got " + value);
        }
        GradientCheck changed = new GradientCheck(this);
        changed.floor = value;
        return changed;
    }

    /**
     * For large inputs: checks this many elements of each, picked at random, besides the slope along one random direction
     * through all of them. Inputs of no more elements are checked whole.
     */
    public GradientCheck samples(int count) {
        if (count < 0) {
            throw new IllegalArgumentException("There are no " + count + " elements to check of each input");
        }
        GradientCheck changed = new GradientCheck(this);
        changed.samples = count;
        return changed;
    }

    /** Checks no single elements, but the slopes along this many random directions through all elements of each input. */
    public GradientCheck projections(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("A check along " + count + " random directions would check nothing");
        }
        GradientCheck changed = samples(0);
        changed.directions = count;
        return changed;
    }

    /** Extrapolates from two steps: a floor a hundred times lower, for functions that are smooth over a thousandth of their scale. */
    public GradientCheck richardson() {
        GradientCheck changed = new GradientCheck(this);
        changed.richardson = true;
        return changed;
    }

    /**
     * Checks gradients of gradients: by a tape over a tape, against differences of first gradients. Every operation has them, since
     * rules are made of operations.
     */
    public GradientCheck secondOrder() {
        GradientCheck changed = new GradientCheck(this);
        changed.secondOrder = true;
        return changed;
    }

    /** Names for the inputs, for reports. */
    public GradientCheck names(String... values) {
        GradientCheck changed = new GradientCheck(this);
        changed.names = List.of(values);
        return changed;
    }

    /**
     * Checks a single element of one input, to replay what a report named.
     *
     * @param index row-major place, or -1 - k for random direction k
     */
    public GradientCheck only(int input, long index) {
        GradientCheck changed = new GradientCheck(this);
        changed.onlyInput = input;
        changed.onlyIndex = index;
        return changed;
    }

    /** A differentiable function of tensors. */
    @FunctionalInterface
    public interface Function {
        Tensor apply(List<Tensor> inputs);
    }

    /**
     * A place where one-sided slopes differ.
     *
     * @param index row-major place in the input; -1 - k for random direction k
     * @param analytic what the gradient claims there
     * @param low least slope that the one-sided ones allow
     * @param high largest slope
     * @param resolved whether the element could be checked a little way off; if not, it is only known that the claim lies
     *     between the slopes
     */
    public record Kink(int input, long index, double analytic, double low, double high, boolean resolved) {}

    /**
     * The worst element of one input.
     *
     * @param index row-major place; -1 - k for the slope along random direction k
     * @param error |analytic - numeric| / max(floor, |analytic|, |numeric|)
     * @param name of the input
     * @param place the index by axes, as {@code [2, 0]}, or what else was checked
     * @param ulps how many float64 numbers lie between analytic and numeric
     * @param step of the central difference; 0 if the input has no elements
     * @param kinks met among the checked elements of this input
     * @param replay what to call to check just this again
     */
    public record Worst(
            int input,
            long index,
            double analytic,
            double numeric,
            double error,
            String name,
            String place,
            long ulps,
            double step,
            List<Kink> kinks,
            String replay) {

        static Worst of(Examination.Found found, String name, String place, String replay) {
            return new Worst(
                    found.input(),
                    found.index(),
                    found.claimed(),
                    found.numeric(),
                    found.error(),
                    name,
                    place,
                    Ulps.distance(DType.F64, found.claimed(), found.numeric()),
                    found.step(),
                    found.kinks(),
                    replay);
        }
    }

    /** What a check found: the worst element per input. */
    public record Report(boolean passed, double tolerance, long seed, List<Worst> worst) {
        static Report of(double tolerance, long seed, List<Worst> worst) {
            return new Report(worst.stream().allMatch(w -> w.error <= tolerance), tolerance, seed, worst);
        }

        /** The largest error. */
        public double error() {
            return worst.stream().mapToDouble(Worst::error).max().orElse(0);
        }

        /** All kinks that were met. */
        public List<Kink> kinks() {
            return worst.stream().flatMap(w -> w.kinks.stream()).toList();
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder(passed ? "gradients agree" : "gradients DISAGREE");
            text.append(" (tolerance ")
                    .append(tolerance)
                    .append(", seed ")
                    .append(seed)
                    .append(')');
            for (Worst w : worst) {
                text.append(String.format(
                        Locale.ROOT,
                        "%n  %s, worst at %d %s: analytic %.9g, numeric %.9g, error %.3g (%d ulp), step %.2g",
                        w.name,
                        w.index,
                        w.place,
                        w.analytic,
                        w.numeric,
                        w.error,
                        w.ulps,
                        w.step));
                long resolved = w.kinks.stream().filter(Kink::resolved).count();
                if (resolved > 0) {
                    text.append(
                            String.format(Locale.ROOT, "%n    %d kinks met and checked a little way off", resolved));
                }
                w.kinks.stream()
                        .filter(kink -> !kink.resolved)
                        .forEach(kink -> text.append(String.format(
                                Locale.ROOT,
                                "%n    KINK at %d, no smooth place near: slopes from %.6g to %.6g, analytic %.6g",
                                kink.index,
                                kink.low,
                                kink.high,
                                kink.analytic)));
                if (!(w.error <= tolerance)) {
                    text.append("\n    again: ").append(w.replay);
                }
            }
            return text.toString();
        }
    }

    /**
     * Checks the gradients of {@code function} at {@code inputs}, which are F64 tensors of this check's backend.
     *
     * @throws IllegalStateException if two evaluations or two backward passes differ in any bit
     */
    public Report check(Function function, List<Tensor> inputs) {
        for (Tensor input : inputs) {
            if (input.dtype() != DType.F64) {
                throw new ShapeException("A gradient check works in float64; this input is " + input.summary());
            }
        }
        if (onlyInput >= inputs.size()
                || (onlyInput >= 0 && onlyIndex >= inputs.get(onlyInput).size())) {
            throw new IllegalArgumentException("There is no element " + onlyIndex + " of input " + onlyInput + " among "
                    + inputs.stream().map(Tensor::summary).toList());
        }
        double[][] point = inputs.stream().map(Tensor::toDoubles).toArray(double[][]::new);
        List<Shape> shapes = inputs.stream().map(Tensor::shape).toList();
        Subject subject = new OnTape(backend, secondOrder ? new SecondOrder(function, seed) : function, shapes);
        Examination.Settings settings =
                new Examination.Settings(seed, tolerance, floor, samples, directions, richardson, onlyInput, onlyIndex);
        List<Worst> worst = new ArrayList<>();
        for (Examination.Found found : new Examination(subject, point, settings).run()) {
            int input = found.input();
            String name = input < names.size() ? names.get(input) : "input " + input;
            String place = place(shapes.get(input), found.index());
            worst.add(Worst.of(found, name, place, replay(input, found.index())));
        }
        return Report.of(tolerance, seed, worst);
    }

    /** Like {@link #check}, and throws with the report if gradients disagree. */
    public void require(Function function, List<Tensor> inputs) {
        Report report = check(function, inputs);
        if (!report.passed) {
            throw new AssertionError(report.toString());
        }
    }

    /**
     * The random projection that a check reduces an output of {@code size} elements by: |r| in [0.5, 1), random signs.
     */
    public static double[] projection(long seed, int size) {
        return Examination.projection(seed, size);
    }

    /** A row-major index by axes, as {@code [2, 0]}; a negative one stands for a random direction. */
    public static String place(Shape shape, long index) {
        if (index < 0) {
            return "along a random direction";
        }
        List<Long> axes = new ArrayList<>();
        long rest = index;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            axes.add(0, rest % shape.dim(axis));
            rest /= shape.dim(axis);
        }
        return axes.toString();
    }

    private String replay(int input, long index) {
        StringBuilder call = new StringBuilder("GradientCheck.on(backend).seed(" + seed + ")");
        if (tolerance != 1e-6) {
            call.append(".tolerance(").append(tolerance).append(')');
        }
        if (floor != 1) {
            call.append(".floor(").append(floor).append(')');
        }
        if (richardson) {
            call.append(".richardson()");
        }
        if (secondOrder) {
            call.append(".secondOrder()");
        }
        return call + ".only(" + input + ", " + index + ").check(function, inputs)";
    }

    /** A function whose gradients a tape claims. */
    private record OnTape(Backend backend, Function function, List<Shape> shapes) implements Subject {
        @Override
        public double[] value(double[][] point) {
            try (Scope scope = Scope.open()) {
                return function.apply(inputs(point)).toDoubles();
            }
        }

        @Override
        public double[][] gradients(double[][] point, double[] projection) {
            try (Scope scope = Scope.open();
                    Tape tape = Tape.on(backend)) {
                List<Tensor> leaves = inputs(point).stream().map(tape::watch).toList();
                Tensor y = function.apply(leaves);
                boolean tracked = tape.node(y) != null;
                Tensor upstream = backend.root().upload(projection, y.shape(), DType.F64);
                Gradients result = tracked ? tape.gradients(List.of(y), List.of(upstream), false) : null;
                double[][] gradients = new double[point.length][];
                for (int i = 0; i < gradients.length; i++) {
                    Tensor gradient = tracked ? result.of(leaves.get(i)) : null;
                    gradients[i] = gradient == null ? new double[point[i].length] : gradient.toDoubles();
                }
                return gradients;
            }
        }

        private List<Tensor> inputs(double[][] point) {
            List<Tensor> inputs = new ArrayList<>();
            for (int i = 0; i < point.length; i++) {
                inputs.add(backend.upload(point[i], shapes.get(i), DType.F64));
            }
            return inputs;
        }
    }
}
