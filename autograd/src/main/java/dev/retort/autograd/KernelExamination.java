package dev.retort.autograd;

import dev.retort.autograd.GradientCheck.Kink;
import dev.retort.autograd.RoundedSlopes.Slope;
import dev.retort.autograd.Slopes.Line;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Holds the gradients that a kernel claims at one point against numeric slopes: of the kernel itself, or of a twin in float64
 * that is taken for right. Element by element, along the claimed gradient, which shows a common factor that no single element
 * shows beside its rounding, and, where not all elements are checked, along a random way.
 */
final class KernelExamination {
    /** What float32 rounding leaves of a slope at best is 1.6e-5: 15 times that, and a quarter of a fault of 0.1 %. */
    private static final double SINGLE = 0x1p-12;

    private static final double DOUBLE = 1e-6;
    /** An input of which no slope is known better than this has not been checked. */
    private static final double SEEN = 1.0 / 16;
    /** How far from a kink the element is looked at again, in units of the larger of 1 and its size. */
    private static final double[] ASIDE = {0x1p-4, -0x1p-4, 0x1p-2, -0x1p-2};

    /** Inputs move by this share of themselves, so many times, in search of what their rounding does to the gradients. */
    private static final double CHANGE = 0x1p-8;

    private static final int CONDITIONS = 4;

    private final Kernel kernel;
    /** Null without one. */
    private final Kernel twin;

    private final double[][] point;
    private final Settings settings;
    private final double[] projection;
    private final double[] base;
    private final double[][] claimed;
    private final RoundingNoise noise;
    private final RoundedSlopes slopes;
    private final double tolerance;
    /** With a twin: see {@link #conditions()}. */
    private final double[][] conditions;
    /** With a twin: of each element of the result, how large the terms are that it sums, and how many. */
    private final double[] terms;

    private final double[] count;

    /**
     * How to check.
     *
     * @param samples elements of each input that are checked; inputs of no more are checked whole
     * @param onlyInput the only input to check, or -1 for all
     * @param onlyIndex its only element, or -1 - k for its way k
     */
    record Settings(long seed, int samples, int onlyInput, long onlyIndex) {}

    /**
     * The worst of one input: the element or way whose error is the largest share of what is accepted.
     *
     * @param index row-major place, -1 along the claimed gradient, -2 along a random way
     * @param hidden whether rounding hides every slope of the input
     */
    record Found(
            int input,
            long index,
            double claimed,
            double numeric,
            double error,
            double accepted,
            double step,
            List<Kink> kinks,
            boolean hidden) {

        boolean passes() {
            return error <= accepted && !hidden;
        }

        private double share() {
            return error == 0 ? 0 : error / accepted;
        }
    }

    /**
     * The worst element of the result beside the twin's.
     *
     * @param index row-major place; -1 if there is no element
     */
    record Result(long index, double actual, double exact, double error, double accepted) {
        private double share() {
            return error == 0 ? 0 : error / accepted;
        }
    }

    /** @throws IllegalStateException if the kernel does what {@link KernelCheck#check} says it must not */
    KernelExamination(Kernel kernel, Kernel twin, double[][] point, Settings settings) {
        this.kernel = kernel;
        this.twin = twin;
        this.point = point;
        this.settings = settings;
        base = kernel.value(point);
        checkFinite("The kernel returns", base);
        checkSame("kernel", base, kernel.value(point));
        projection = Arrays.stream(Examination.projection(settings.seed, base.length))
                .map(kernel::rounded)
                .toArray();
        claimed = kernel.gradients(point, projection);
        double[][] again = kernel.gradients(point, projection);
        for (int i = 0; i < point.length; i++) {
            checkFinite("The backward kernel returns, in the gradient of input " + i + ",", claimed[i]);
            checkSame("backward kernel", claimed[i], again[i]);
        }
        terms = new double[base.length];
        count = new double[base.length];
        if (twin == null) {
            noise = RoundingNoise.of(kernel, point, projection, settings.seed);
            conditions = null;
            tolerance = kernel.unit() == Slopes.UNIT ? DOUBLE : SINGLE;
            slopes = new RoundedSlopes(kernel, point, projection, noise.results(), tolerance);
        } else {
            noise = null;
            conditions = conditions();
            tolerance = DOUBLE;
            double[] exact = twin.value(point);
            if (exact.length != base.length) {
                throw new IllegalStateException("The kernel returns " + base.length + " elements and its twin "
                        + exact.length + ": they do not compute the same");
            }
            checkFinite("The twin returns", exact);
            slopes = new RoundedSlopes(twin, point, projection, new double[base.length], tolerance);
        }
    }

    private static void checkFinite(String who, double[] values) {
        for (int i = 0; i < values.length; i++) {
            if (!Double.isFinite(values[i])) {
                throw new IllegalStateException(who + " " + values[i] + " as element " + i
                        + " at the given inputs: take inputs at which it is a number");
            }
        }
    }

    private static void checkSame(String who, double[] first, double[] second) {
        for (int i = 0; i < first.length; i++) {
            if (Double.compare(first[i], second[i]) != 0) {
                throw new IllegalStateException("The " + who + " is not deterministic: element " + i + " is " + first[i]
                        + " in one call and " + second[i] + " in another with the same inputs");
            }
        }
    }

    /** The worst of each input that is checked. */
    List<Found> run() {
        return IntStream.range(0, point.length)
                .filter(i -> settings.onlyInput < 0 || settings.onlyInput == i)
                .mapToObj(this::input)
                .toList();
    }

    private Found input(int input) {
        double[] x = point[input];
        Found worst = new Found(input, -1, 0, 0, 0, 0, 0, List.of(), false);
        List<Kink> kinks = new ArrayList<>();
        double surest = Double.POSITIVE_INFINITY;
        boolean any = false;
        double weight = x.length / (double) Math.max(1, Math.min(settings.samples, x.length));
        for (long index : indices(input)) {
            Line line = line(input, index);
            if (Arrays.stream(line.direction()).allMatch(d -> d == 0)) {
                continue;
            }
            Found found = examine(line, index, slopes, claimed[input], kinks, weight);
            double size = Math.max(Math.abs(found.claimed), Math.abs(found.numeric));
            surest = Math.min(surest, found.accepted == 0 ? 0 : found.accepted / size);
            if (!any || Double.compare(found.share(), worst.share()) > 0) {
                worst = found;
            }
            any = true;
        }
        return new Found(
                input,
                worst.index,
                worst.claimed,
                worst.numeric,
                worst.error,
                worst.accepted,
                worst.step,
                List.copyOf(kinks),
                any && settings.onlyInput < 0 && !(surest <= SEEN));
    }

    private long[] indices(int input) {
        int size = point[input].length;
        if (size == 0) {
            return new long[0];
        }
        if (settings.onlyInput >= 0) {
            return new long[] {settings.onlyIndex};
        }
        if (size <= settings.samples) {
            return IntStream.rangeClosed(-1, size - 1).asLongStream().toArray();
        }
        SplittableRandom random = new SplittableRandom(settings.seed + 31L * input);
        long[] indices = new long[settings.samples + 2];
        for (int i = 0; i < settings.samples; i++) {
            indices[i] = random.nextInt(size);
        }
        indices[settings.samples] = -1;
        indices[settings.samples + 1] = -2;
        return indices;
    }

    private Line line(int input, long index) {
        if (index >= 0) {
            return Line.element(input, Math.toIntExact(index));
        }
        if (index == -1) {
            return RoundedSlopes.relative(input, point[input], claimed[input]);
        }
        SplittableRandom random = new SplittableRandom(settings.seed + 31L * input + 7);
        double[] signs = new double[point[input].length];
        Arrays.setAll(signs, i -> random.nextBoolean() ? 1 : -1);
        return RoundedSlopes.relative(input, point[input], signs);
    }

    /** @param weight how many elements of the input one that is checked stands for */
    private Found examine(Line line, long index, RoundedSlopes at, double[] gradient, List<Kink> kinks, double weight) {
        Slope slope = at.along(line, gradient);
        note(line, slope, weight);
        double analytic = line.along(gradient);
        double numeric = slope.numeric();
        if (slope.kink()) {
            numeric = Math.max(slope.low(), Math.min(slope.high(), analytic));
        }
        Found found = found(line, index, analytic, numeric, slope, gradient);
        if (!slope.kink()) {
            return found;
        }
        Found beside = index >= 0 && found.passes() ? beside(line, index) : null;
        kinks.add(new Kink(line.input(), index, analytic, slope.low(), slope.high(), beside != null));
        return beside == null ? found : beside;
    }

    private Found found(Line line, long index, double analytic, double numeric, Slope slope, double[] gradient) {
        double size = Math.max(Math.abs(analytic), Math.abs(numeric));
        double accepted = tolerance * size + slope.uncertainty() + roundingOfClaim(line, gradient, slope);
        double error = Math.abs(analytic - numeric);
        if (Double.isNaN(error)) {
            error = Double.POSITIVE_INFINITY;
            accepted = 0;
        }
        return new Found(line.input(), index, analytic, numeric, error, accepted, slope.step(), List.of(), false);
    }

    private double roundingOfClaim(Line line, double[] gradient, Slope slope) {
        double[] jitter = noise == null ? new double[gradient.length] : noise.gradients()[line.input()];
        double rounding = RoundedSlopes.roundingOfClaim(line, gradient, jitter, kernel.unit());
        if (twin == null) {
            return rounding;
        }
        // A gradient's element sums one term for each element of the result that it moves.
        double sizes = 0;
        int moved = 0;
        for (int j = 0; j < base.length; j++) {
            sizes += Math.abs(projection[j]) * slope.rates()[j];
            moved += slope.rates()[j] != 0 ? 1 : 0;
        }
        double count = Math.sqrt(Math.max(moved, longest()));
        return rounding + 8 * kernel.unit() * count * (sizes + along(line, conditions[line.input()]));
    }

    private int longest() {
        return Arrays.stream(point).mapToInt(x -> x.length).max().orElse(0);
    }

    private static double along(Line line, double[] sizes) {
        double sum = 0;
        for (int j = 0; j < line.places().length; j++) {
            sum += Math.abs(line.direction()[j]) * sizes[line.places()[j]];
        }
        return sum;
    }

    /**
     * How much each element of the gradients changes with its inputs, relative to their change: what an error of a result on the way,
     * such as a sum in front of a function, becomes in the gradient. The way is too long for the kernel's own rounding to show.
     */
    private double[][] conditions() {
        SplittableRandom random = new SplittableRandom(settings.seed);
        double[][] largest = new double[point.length][];
        for (int i = 0; i < point.length; i++) {
            largest[i] = new double[point[i].length];
        }
        for (int k = 0; k < CONDITIONS; k++) {
            double[][] moved = new double[point.length][];
            for (int i = 0; i < point.length; i++) {
                moved[i] = Arrays.stream(point[i])
                        .map(x -> kernel.rounded(x + (random.nextBoolean() ? CHANGE : -CHANGE) * x))
                        .toArray();
            }
            double[][] there = kernel.gradients(moved, projection);
            for (int i = 0; i < point.length; i++) {
                for (int j = 0; j < largest[i].length; j++) {
                    double condition = Math.abs(there[i][j] - claimed[i][j]) / CHANGE;
                    largest[i][j] = Double.isFinite(condition) ? Math.max(largest[i][j], condition) : largest[i][j];
                }
            }
        }
        return largest;
    }

    /** What the same element shows a little way off; null if there is no smooth place around. */
    private Found beside(Line line, long index) {
        int place = line.places()[0];
        double x = point[line.input()][place];
        for (double way : ASIDE) {
            double[][] moved = point.clone();
            moved[line.input()] = point[line.input()].clone();
            moved[line.input()][place] = kernel.rounded(x + way * Math.max(1, Math.abs(x)));
            double[] gradient = kernel.gradients(moved, projection)[line.input()];
            Slope slope = slopes.at(moved).along(line, gradient);
            if (!slope.kink() && Double.isFinite(slope.numeric())) {
                return found(line, index, gradient[place], slope.numeric(), slope, gradient);
            }
        }
        return null;
    }

    /** Adds to what is known of the terms that results sum: an element's share in a result is its size times its slope. */
    private void note(Line line, Slope slope, double weight) {
        if (line.places().length == 1) {
            double size = Math.abs(point[line.input()][line.places()[0]]);
            for (int j = 0; j < base.length; j++) {
                terms[j] += weight * size * slope.rates()[j];
                count[j] += slope.rates()[j] != 0 ? weight : 0;
            }
        }
    }

    /** The result beside the twin's: to be asked after {@link #run}. */
    Result result() {
        double[] exact = twin.value(point);
        Result worst = new Result(-1, 0, 0, 0, 0);
        for (int j = 0; j < base.length; j++) {
            double accepted = kernel.unit() * (8 * Math.abs(exact[j]) + 2 * Math.sqrt(count[j]) * terms[j]);
            Result found = new Result(j, base[j], exact[j], Math.abs(base[j] - exact[j]), accepted);
            if (worst.index < 0 || found.share() > worst.share()) {
                worst = found;
            }
        }
        return worst;
    }
}
