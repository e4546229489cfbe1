package dev.retort.autograd;

import dev.retort.autograd.GradientCheck.Kink;
import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/**
 * Checks the hand-written gradient of a kernel that knows no tensor: CUDA, OpenCL, native or plain Java, behind a function from
 * arrays to an array. A test is three lines:
 *
 * <pre>{@code
 * KernelCheck.ofFloats(
 *         in -> Blur.forward(in[0], in[1]), (in, g) -> Blur.backward(in[0], in[1], g))
 *     .inputs(Shape.of(16, 16), Shape.of(3, 3)).require();
 * }</pre>
 *
 * <p>The backward kernel gets the inputs and an upstream gradient g, and returns the gradients of sum(g*y) for all inputs. It is
 * held against slopes of the forward kernel, in the kernel's own type: the steps follow from how the function bends and how much
 * it is rounded, which is measured, and so does what is accepted (docs/tolerances.md, "Kernels"). A fault of 0.1 % is found in
 * float32, one of a millionth in float64, unless rounding hides it. An input of which rounding hides every slope fails the check,
 * and the report says so.
 *
 * <p>With a {@linkplain #against twin} in float64, results and gradients of the kernel are held against the twin's to what
 * rounding to the kernel's type allows.
 *
 * <p>Every element of every input is checked, and the slope along the claimed gradient. Kinks are treated as in
 * {@link GradientCheck}: the claim must lie between the slopes, and the element is checked again beside it. What takes no part
 * in differentiation, such as indices, is no input: the lambda holds it.
 */
public final class KernelCheck {
    private final Kernel kernel;
    /** Null without one. */
    private Kernel twin;

    private long seed = 1;
    private int samples = Integer.MAX_VALUE;
    private double low = -1;
    private double high = 1;
    private List<Shape> shapes = List.of();
    /** Null where inputs are drawn. */
    private double[][] values;

    private List<String> names = List.of();
    private int onlyInput = -1;
    private long onlyIndex;

    private KernelCheck(Kernel kernel) {
        this.kernel = kernel;
    }

    private KernelCheck(KernelCheck other) {
        kernel = other.kernel;
        twin = other.twin;
        seed = other.seed;
        samples = other.samples;
        low = other.low;
        high = other.high;
        shapes = other.shapes;
        values = other.values;
        names = other.names;
        onlyInput = other.onlyInput;
        onlyIndex = other.onlyIndex;
    }

    /** A kernel in float32: its result from its inputs, of which it changes none. It may reuse the array that it returns. */
    @FunctionalInterface
    public interface FloatKernel {
        /** The result. */
        float[] apply(float[][] inputs);
    }

    /** The gradients of sum(upstream*y) in float32, one array for each input and of its length. */
    @FunctionalInterface
    public interface FloatGradient {
        /** One gradient for each input. */
        float[][] apply(float[][] inputs, float[] upstream);
    }

    /** A kernel in float64: its result from its inputs, of which it changes none. It may reuse the array that it returns. */
    @FunctionalInterface
    public interface DoubleKernel {
        /** The result. */
        double[] apply(double[][] inputs);
    }

    /** The gradients of sum(upstream*y) in float64, one array for each input and of its length. */
    @FunctionalInterface
    public interface DoubleGradient {
        /** One gradient for each input. */
        double[][] apply(double[][] inputs, double[] upstream);
    }

    /** A float32 kernel of one or several inputs. */
    public static KernelCheck ofFloats(FloatKernel forward, FloatGradient backward) {
        return new KernelCheck(Kernel.of(forward, backward));
    }

    /** A float64 kernel of one or several inputs. */
    public static KernelCheck ofDoubles(DoubleKernel forward, DoubleGradient backward) {
        return new KernelCheck(Kernel.of(forward, backward));
    }

    /** A float32 kernel of one input; the second function takes the input and the upstream gradient. */
    public static KernelCheck ofFloat(UnaryOperator<float[]> forward, BinaryOperator<float[]> backward) {
        return ofFloats(in -> forward.apply(in[0]), (in, g) -> new float[][] {backward.apply(in[0], g)});
    }

    /** A float64 kernel of one input; the second function takes the input and the upstream gradient. */
    public static KernelCheck ofDouble(UnaryOperator<double[]> forward, BinaryOperator<double[]> backward) {
        return ofDoubles(in -> forward.apply(in[0]), (in, g) -> new double[][] {backward.apply(in[0], g)});
    }

    /** Inputs of these shapes, drawn uniformly from [-1, 1) or {@linkplain #between another interval}. */
    public KernelCheck inputs(Shape... inputs) {
        KernelCheck changed = new KernelCheck(this);
        changed.shapes = List.of(inputs);
        changed.values = null;
        return changed;
    }

    /** These inputs; a float32 kernel gets them rounded. */
    public KernelCheck inputs(double[]... inputs) {
        KernelCheck changed = new KernelCheck(this);
        changed.shapes = Arrays.stream(inputs).map(x -> Shape.of(x.length)).toList();
        changed.values = Arrays.stream(inputs).map(double[]::clone).toArray(double[][]::new);
        return changed;
    }

    /** These inputs. */
    public KernelCheck inputs(float[]... inputs) {
        return inputs(Arrays.stream(inputs).map(Kernel::wide).toArray(double[][]::new));
    }

    /** Draws inputs uniformly from [low, high). */
    public KernelCheck between(double low, double high) {
        if (!(low < high) || !Double.isFinite(high - low)) {
            throw new IllegalArgumentException("No numbers to draw from [" + low + ", " + high + ")");
        }
        KernelCheck changed = new KernelCheck(this);
        changed.low = low;
        changed.high = high;
        return changed;
    }

    /** Another seed for inputs, projection and choice of elements; 1 unless set. */
    public KernelCheck seed(long value) {
        KernelCheck changed = new KernelCheck(this);
        changed.seed = value;
        return changed;
    }

    /** Checks this many elements of each larger input, picked at random, and the slope along a random way besides. */
    public KernelCheck samples(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("A check of " + count + " elements of each input would check nothing");
        }
        KernelCheck changed = new KernelCheck(this);
        changed.samples = count;
        return changed;
    }

    /** Names for the inputs, for reports. */
    public KernelCheck names(String... values) {
        KernelCheck changed = new KernelCheck(this);
        changed.names = List.of(values);
        return changed;
    }

    /**
     * Holds the kernel against the same function in float64, which is taken for right: the result against its result, and the gradients
     * against its slopes, at the same inputs.
     */
    public KernelCheck against(DoubleKernel twin) {
        KernelCheck changed = new KernelCheck(this);
        changed.twin = Kernel.twin(twin);
        return changed;
    }

    /** {@link #against(DoubleKernel)} for a kernel of one input. */
    public KernelCheck againstOne(UnaryOperator<double[]> twin) {
        return against(in -> twin.apply(in[0]));
    }

    /**
     * Checks a single element of one input, to replay what a report named.
     *
     * @param index row-major place; -1 along the claimed gradient, -2 along a random way
     */
    public KernelCheck only(int input, long index) {
        KernelCheck changed = new KernelCheck(this);
        changed.onlyInput = input;
        changed.onlyIndex = index;
        return changed;
    }

    /**
     * The worst element of one input: the one whose error is the largest share of what is accepted.
     *
     * @param name of the input
     * @param index row-major place; -1 along the claimed gradient, -2 along a random way
     * @param place the index by axes, as {@code [2, 0]}, or what else was checked
     * @param analytic what the backward kernel claims, projected
     * @param numeric the slope of the forward kernel, or of its twin
     * @param error |analytic - numeric|
     * @param accepted the largest accepted error
     * @param step of the shortest difference in the slope
     * @param kinks met among the checked elements of this input
     * @param hidden whether rounding hides every slope of this input, so that nothing can be said of its gradient
     * @param replay what to call to check just this again
     */
    public record Worst(
            int input,
            String name,
            long index,
            String place,
            double analytic,
            double numeric,
            double error,
            double accepted,
            double step,
            List<Kink> kinks,
            boolean hidden,
            String replay) {

        /** Whether the error is accepted, and known well enough for that to mean something. */
        public boolean passed() {
            return error <= accepted && !hidden;
        }

        private String text() {
            StringBuilder text = new StringBuilder(String.format(
                    Locale.ROOT,
                    "%n  %s, worst at %d %s: analytic %.9g, numeric %.9g, error %.3g, accepted %.3g, step %.2g",
                    name,
                    index,
                    place,
                    analytic,
                    numeric,
                    error,
                    accepted,
                    step));
            long resolved = kinks.stream().filter(Kink::resolved).count();
            if (resolved > 0) {
                text.append(String.format(Locale.ROOT, "%n    %d kinks met and checked a little way off", resolved));
            }
            if (hidden) {
                text.append(String.format(
                        Locale.ROOT,
                        "%n    HIDDEN: rounding of the kernel's result hides its slopes;"
                                + " check at inputs where its terms are of one size, or against a float64 twin"));
            }
            if (!passed()) {
                text.append(String.format(Locale.ROOT, "%n    again: %s", replay));
            }
            return text.toString();
        }
    }

    /**
     * The worst element of the kernel's result beside its twin's.
     *
     * @param index row-major place; -1 if the result has no element
     * @param actual what the kernel computes
     * @param exact what the twin computes
     * @param error |actual - exact|
     * @param accepted the largest accepted error
     * @param ulps the error in units in the last place of the kernel's type
     */
    public record Result(long index, double actual, double exact, double error, double accepted, double ulps) {
        /** Whether the error is accepted. */
        public boolean passed() {
            return error <= accepted;
        }
    }

    /**
     * What a check found.
     *
     * @param dtype of the kernel
     * @param worst the worst element of each input
     * @param result the worst element of the result, if there is a twin
     */
    public record Report(boolean passed, DType dtype, long seed, List<Worst> worst, Optional<Result> result) {
        /** All kinks that were met. */
        public List<Kink> kinks() {
            return worst.stream().flatMap(w -> w.kinks.stream()).toList();
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder(passed ? "kernel agrees" : "kernel DISAGREES");
            text.append(" (").append(dtype).append(", seed ").append(seed).append(')');
            result.ifPresent(r -> text.append(String.format(
                    Locale.ROOT,
                    "%n  result%s, worst at %d: %.9g where the twin has %.9g, error %.3g (%.3g ulp), accepted %.3g",
                    r.passed() ? "" : " DISAGREES",
                    r.index,
                    r.actual,
                    r.exact,
                    r.error,
                    r.ulps,
                    r.accepted)));
            worst.forEach(w -> text.append(w.text()));
            return text.toString();
        }
    }

    /**
     * Checks the gradients.
     *
     * @throws IllegalStateException if the kernel returns null or arrays of a wrong length, writes into what it is given, returns
     *     NaN or an infinity at the inputs themselves, or another result or gradient at a second call with the same inputs
     */
    public Report check() {
        double[][] point = point();
        KernelExamination.Settings settings = new KernelExamination.Settings(seed, samples, onlyInput, onlyIndex);
        KernelExamination examination = new KernelExamination(kernel, twin, point, settings);
        List<Worst> worst = new ArrayList<>();
        for (KernelExamination.Found found : examination.run()) {
            worst.add(worst(found));
        }
        Optional<Result> result =
                twin == null || onlyInput >= 0 ? Optional.empty() : Optional.of(result(examination.result()));
        boolean passed = worst.stream().allMatch(Worst::passed)
                && result.map(Result::passed).orElse(true);
        return new Report(passed, kernel.dtype(), seed, List.copyOf(worst), result);
    }

    /** Like {@link #check}, and throws with the report if the kernel disagrees. */
    public void require() {
        Report report = check();
        if (!report.passed) {
            throw new AssertionError(report.toString());
        }
    }

    private double[][] point() {
        if (shapes.isEmpty()) {
            throw new IllegalStateException("No inputs to check the kernel at: call inputs with shapes or with arrays");
        }
        double[][] point = new double[shapes.size()][];
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < point.length; i++) {
            int size = Math.toIntExact(shapes.get(i).size());
            double[] given = values == null ? random.doubles(size, low, high).toArray() : values[i];
            point[i] = Arrays.stream(given).map(kernel::rounded).toArray();
            for (int j = 0; j < size; j++) {
                if (!Double.isFinite(point[i][j])) {
                    throw new IllegalArgumentException("Element " + j + " of input " + i + " is " + point[i][j] + " in "
                            + kernel.dtype() + ": there are no slopes there");
                }
            }
        }
        if (onlyInput >= point.length || (onlyInput >= 0 && onlyIndex >= point[onlyInput].length)) {
            throw new IllegalArgumentException("There is no element " + onlyIndex + " of input " + onlyInput
                    + " among inputs of shapes " + shapes);
        }
        return point;
    }

    private Worst worst(KernelExamination.Found found) {
        int input = found.input();
        return new Worst(
                input,
                input < names.size() ? names.get(input) : "input " + input,
                found.index(),
                place(shapes.get(input), found.index()),
                found.claimed(),
                found.numeric(),
                found.error(),
                found.accepted(),
                found.step(),
                found.kinks(),
                found.hidden(),
                "check.seed(" + seed + ").only(" + input + ", " + found.index() + ").check()");
    }

    private static String place(Shape shape, long index) {
        return index == -1 ? "along the claimed gradient" : GradientCheck.place(shape, index);
    }

    private Result result(KernelExamination.Result found) {
        double ulps = found.index() < 0 ? 0 : Ulps.error(kernel.dtype(), found.exact(), found.actual());
        return new Result(found.index(), found.actual(), found.exact(), found.error(), found.accepted(), ulps);
    }
}
