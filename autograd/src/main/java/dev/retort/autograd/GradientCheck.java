package dev.retort.autograd;

import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Holds gradients against central differences in float64. The function's output of any shape is reduced to a scalar by a
 * random projection s = sum(r*y), r uniform in [-1, 1), so that every output element counts and none cancels by symmetry.
 * For each checked element, the numeric slope is (s(x + h) - s(x - h))/2h with h = 6e-6*max(1, |x|), whose truncation and
 * rounding errors are both near 1e-10.
 */
public final class GradientCheck {
    private static final double STEP = 6e-6;

    private final Backend backend;
    private final long seed;
    private final double tolerance;
    private final int samples;

    private GradientCheck(Backend backend, long seed, double tolerance, int samples) {
        this.backend = backend;
        this.seed = seed;
        this.tolerance = tolerance;
        this.samples = samples;
    }

    /** Checks every element of every input, on a backend that computes in float64, to 1e-6. */
    public static GradientCheck on(Backend backend) {
        return new GradientCheck(backend, 1, 1e-6, Integer.MAX_VALUE);
    }

    /** Another seed for projection and choice of elements. */
    public GradientCheck seed(long value) {
        return new GradientCheck(backend, value, tolerance, samples);
    }

    /** Largest accepted |analytic - numeric| / max(1, |analytic|, |numeric|). */
    public GradientCheck tolerance(double value) {
        return new GradientCheck(backend, seed, value, samples);
    }

    /**
     * For large inputs: checks this many elements of each, picked at random, besides the slope along one random direction
     * through all of them.
     */
    public GradientCheck samples(int count) {
        return new GradientCheck(backend, seed, tolerance, count);
    }

    /** A differentiable function of tensors. */
    @FunctionalInterface
    public interface Function {
        Tensor apply(List<Tensor> inputs);
    }

    /**
     * The worst element of one input.
     *
     * @param index row-major place; -1 for the slope along the random direction
     * @param error |analytic - numeric| / max(1, |analytic|, |numeric|)
     */
    public record Worst(int input, long index, double analytic, double numeric, double error) {}

    /** What a check found: the worst element per input. */
    public record Report(boolean passed, double tolerance, long seed, List<Worst> worst) {
        /** The largest error. */
        public double error() {
            return worst.stream().mapToDouble(Worst::error).max().orElse(0);
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
                        "%n  input %d, worst at %d: analytic %.9g, numeric %.9g, error %.3g",
                        w.input, w.index, w.analytic, w.numeric, w.error));
            }
            return text.toString();
        }
    }

    /**
     * Checks the gradients of {@code function} at {@code inputs}, which are F64 tensors of this check's backend.
     *
     * @throws IllegalStateException if two evaluations differ in any bit
     */
    public Report check(Function function, List<Tensor> inputs) {
        for (Tensor input : inputs) {
            if (input.dtype() != DType.F64) {
                throw new ShapeException("A gradient check works in float64; this input is " + input);
            }
        }
        double[][] points = inputs.stream().map(Tensor::toDoubles).toArray(double[][]::new);
        Shape[] shapes = inputs.stream().map(Tensor::shape).toArray(Shape[]::new);
        double[] first = evaluate(function, points, shapes);
        if (!Arrays.equals(first, evaluate(function, points, shapes))) {
            throw new IllegalStateException("The function is not deterministic: two evaluations at one point differ");
        }
        double[] projection =
                new SplittableRandom(seed).doubles(first.length, -1, 1).toArray();
        double[][] analytic = analytic(function, inputs, projection);

        List<Worst> worst = new ArrayList<>();
        for (int input = 0; input < points.length; input++) {
            worst.add(worstOf(function, points, shapes, projection, input, analytic[input]));
        }
        boolean passed = worst.stream().allMatch(w -> w.error <= tolerance);
        return new Report(passed, tolerance, seed, worst);
    }

    /** Like {@link #check}, and throws with the report if gradients disagree. */
    public void require(Function function, List<Tensor> inputs) {
        Report report = check(function, inputs);
        if (!report.passed) {
            throw new AssertionError(report.toString());
        }
    }

    private Worst worstOf(
            Function function, double[][] points, Shape[] shapes, double[] projection, int input, double[] analytic) {
        double[] x = points[input];
        SplittableRandom random = new SplittableRandom(seed + 31L * input);
        boolean all = x.length <= samples;
        Worst worst = new Worst(input, -1, 0, 0, 0);
        for (int n = 0; n < Math.min(x.length, samples); n++) {
            int i = all ? n : random.nextInt(x.length);
            double h = STEP * Math.max(1, Math.abs(x[i]));
            double[] direction = {1};
            double numeric = slope(function, points, shapes, projection, input, new int[] {i}, direction, h);
            worst = worse(worst, new Worst(input, i, analytic[i], numeric, relative(analytic[i], numeric)));
        }
        if (!all) {
            int[] places = new int[x.length];
            double[] direction = new double[x.length];
            double along = 0;
            for (int i = 0; i < x.length; i++) {
                places[i] = i;
                direction[i] = random.nextBoolean() ? 1 : -1;
                along += analytic[i] * direction[i];
            }
            double numeric = slope(function, points, shapes, projection, input, places, direction, STEP);
            worst = worse(worst, new Worst(input, -1, along, numeric, relative(along, numeric)));
        }
        return worst;
    }

    /** A NaN is worse than anything. */
    private static Worst worse(Worst a, Worst b) {
        return Double.compare(b.error, a.error) > 0 ? b : a;
    }

    private static double relative(double analytic, double numeric) {
        return Math.abs(analytic - numeric) / Math.max(1, Math.max(Math.abs(analytic), Math.abs(numeric)));
    }

    private double slope(
            Function function,
            double[][] points,
            Shape[] shapes,
            double[] projection,
            int input,
            int[] places,
            double[] direction,
            double h) {
        double[] x = points[input];
        double[] original = x.clone();
        double sum = 0;
        double[][] outputs = new double[2][];
        for (int side = 0; side < 2; side++) {
            for (int j = 0; j < places.length; j++) {
                x[places[j]] = original[places[j]] + (side == 0 ? h : -h) * direction[j];
            }
            outputs[side] = evaluate(function, points, shapes);
        }
        System.arraycopy(original, 0, x, 0, x.length);
        // Differences first, then the sum: large outputs that do not move cancel exactly.
        for (int i = 0; i < projection.length; i++) {
            sum += projection[i] * (outputs[0][i] - outputs[1][i]);
        }
        return sum / (2 * h);
    }

    private double[] evaluate(Function function, double[][] points, Shape[] shapes) {
        try (Scope scope = Scope.open()) {
            List<Tensor> inputs = new ArrayList<>();
            for (int i = 0; i < points.length; i++) {
                inputs.add(backend.upload(points[i], shapes[i], DType.F64));
            }
            return function.apply(inputs).toDoubles();
        }
    }

    private double[][] analytic(Function function, List<Tensor> inputs, double[] projection) {
        try (Tape tape = Tape.on(backend)) {
            List<Tensor> leaves = inputs.stream().map(tape::watch).toList();
            Tensor y = function.apply(leaves);
            double[][] gradients = new double[inputs.size()][];
            boolean tracked = tape.node(y) != null;
            Tensor upstream = backend.root().upload(projection, y.shape(), DType.F64);
            Gradients result = tracked ? tape.gradients(List.of(y), List.of(upstream), false) : null;
            for (int i = 0; i < gradients.length; i++) {
                Tensor gradient = tracked ? result.of(leaves.get(i)) : null;
                gradients[i] = gradient == null ? new double[(int) inputs.get(i).size()] : gradient.toDoubles();
            }
            return gradients;
        }
    }
}
