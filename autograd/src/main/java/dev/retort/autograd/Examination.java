package dev.retort.autograd;

import dev.retort.autograd.GradientCheck.Kink;
import dev.retort.autograd.Slopes.Line;
import dev.retort.autograd.Slopes.Probe;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Holds the gradients that a {@link Subject} claims at one point against numeric slopes, element by element or along random
 * ways, and sorts out what is no disagreement: kinks, where one-sided slopes differ, and steps that were too long or too
 * short. Tolerances are never changed on the way; only the numeric slope gets better.
 */
final class Examination {
    /** One-sided slopes that differ by more than this share get a closer look: a curve of usual bend stays well below. */
    private static final double BEND = 1e-4;
    /** A step that leaves the function's domain is made shorter by this factor, so many times at most. */
    private static final double SHORTER = 16;

    private static final int SHORTENINGS = 6;
    /** A closer look steps this much shorter, twice. */
    private static final double CLOSER = 8;
    /** How far from a kink the element is looked at again, as a share of the length over which the function bends. */
    private static final double[] ASIDE = {0x1p-8, -0x1p-8, 0x1p-6, -0x1p-6};
    /** After so many disagreements in one input the others are not looked at closely: the verdict stands. */
    private static final int CLOSE_LOOKS = 8;
    /** The length is found to this share of the tolerance. */
    private static final double SURER = 1.0 / 64;

    private final Subject subject;
    private final double[][] point;
    private final Settings settings;
    private final double[] projection;
    private final double[][] claimed;
    private final Slopes slopes;

    /**
     * How to check.
     *
     * @param floor errors are relative to claimed and numeric slope, or to this if both are smaller; NaN for the input's
     *     largest claimed slope, at most 1 and at least 1e-4
     * @param samples elements of each input that are checked; inputs of no more are checked whole
     * @param directions random ways through each input that is not checked whole
     * @param onlyInput the only input to check, or -1 for all
     * @param onlyIndex its only element, or -1 - k for its random way k
     */
    record Settings(
            long seed,
            double tolerance,
            double floor,
            int samples,
            int directions,
            boolean richardson,
            int onlyInput,
            long onlyIndex) {}

    /**
     * The worst of one input.
     *
     * @param index row-major place, or -1 - k for random way k
     */
    record Found(int input, long index, double claimed, double numeric, double error, double step, List<Kink> kinks) {}

    /**
     * One element or way.
     *
     * @param kink null where there is none
     */
    private record Finding(double claimed, double numeric, double error, double step, Kink kink) {}

    /** @throws IllegalStateException if two evaluations or two gradients at the point differ in any bit */
    Examination(Subject subject, double[][] point, Settings settings) {
        this.subject = subject;
        this.point = point;
        this.settings = settings;
        double[] base = subject.value(point);
        if (!Arrays.equals(base, subject.value(point))) {
            throw new IllegalStateException("The function is not deterministic: two evaluations at one point differ");
        }
        projection = projection(settings.seed, base.length);
        claimed = subject.gradients(point, projection);
        if (!Arrays.deepEquals(claimed, subject.gradients(point, projection))) {
            throw new IllegalStateException(
                    "The gradients are not deterministic: two backward passes at one point differ");
        }
        slopes = new Slopes(subject, point, projection, base);
    }

    /** Weights of outputs, of either sign and in [0.5, 1): every output counts and none cancels by symmetry. */
    static double[] projection(long seed, int size) {
        SplittableRandom random = new SplittableRandom(seed);
        return IntStream.range(0, size)
                .mapToDouble(i -> random.nextDouble(0.5, 1) * (random.nextBoolean() ? 1 : -1))
                .toArray();
    }

    /** The worst of each input that is checked. */
    List<Found> run() {
        return IntStream.range(0, point.length)
                .filter(i -> settings.onlyInput < 0 || settings.onlyInput == i)
                .mapToObj(this::input)
                .toList();
    }

    private Found input(int input) {
        int size = point[input].length;
        Found worst = new Found(input, -1, 0, 0, 0, 0, List.of());
        if (size == 0) {
            return worst;
        }
        double length = slopes.length(
                input, settings.tolerance * SURER, unit(), new SplittableRandom(settings.seed + 31L * input));
        double floor = floor(input);
        List<Kink> kinks = new ArrayList<>();
        int failed = 0;
        for (long index : indices(input, size)) {
            Line line = index >= 0
                    ? Line.element(input, Math.toIntExact(index))
                    : Line.random(input, size, random(input, index));
            Finding finding =
                    examine(slopes, line, index, line.along(claimed[input]), length, floor, failed < CLOSE_LOOKS, true);
            if (!(finding.error <= settings.tolerance)) {
                failed++;
            }
            if (finding.kink != null) {
                kinks.add(finding.kink);
            }
            // A NaN is worse than anything; the first is kept among equals, so that an input always names a place.
            if (worst.step == 0 || Double.compare(finding.error, worst.error) > 0) {
                worst = new Found(
                        input, index, finding.claimed, finding.numeric, finding.error, finding.step, List.of());
            }
        }
        return new Found(input, worst.index, worst.claimed, worst.numeric, worst.error, worst.step, List.copyOf(kinks));
    }

    /** Slopes below this count as if they were as large where a function's bends are judged. */
    private double unit() {
        return Double.isNaN(settings.floor) ? 1 : settings.floor;
    }

    private double floor(int input) {
        if (!Double.isNaN(settings.floor)) {
            return settings.floor;
        }
        double largest = Arrays.stream(claimed[input]).map(Math::abs).max().orElse(0);
        return Math.min(1, Math.max(largest, 1e-4));
    }

    private long[] indices(int input, int size) {
        if (settings.onlyInput >= 0) {
            return new long[] {settings.onlyIndex};
        }
        if (size <= settings.samples) {
            return IntStream.range(0, size).asLongStream().toArray();
        }
        SplittableRandom random = new SplittableRandom(settings.seed + 31L * input);
        long[] indices = new long[settings.samples + settings.directions];
        for (int i = 0; i < indices.length; i++) {
            indices[i] = i < settings.samples ? random.nextInt(size) : settings.samples - 1 - i;
        }
        return indices;
    }

    private SplittableRandom random(int input, long index) {
        return new SplittableRandom(settings.seed + 0x9e3779b97f4a7c15L * (31L * input - index));
    }

    /** @param aside whether to look beside a kink; if not, there is no finding at one: null */
    private Finding examine(
            Slopes at,
            Line line,
            long index,
            double analytic,
            double length,
            double floor,
            boolean closely,
            boolean aside) {
        double step = Slopes.step(length, false);
        Probe first = at.probe(line, step);
        for (int k = 0; k < SHORTENINGS && closely && !Double.isFinite(first.slope()); k++) {
            step /= SHORTER;
            first = at.probe(line, step);
        }
        boolean smooth = first.bend() <= BEND * Math.max(unit(), Math.abs(first.slope())) + first.noise();
        double numeric = first.slope();
        if (smooth && settings.richardson) {
            step = Slopes.step(length, true);
            numeric = at.richardson(line, step);
        }
        double error = error(analytic, numeric, floor);
        if ((smooth && error <= settings.tolerance) || !closely) {
            return new Finding(analytic, numeric, error, step, null);
        }
        Probe second = at.probe(line, first.step() / CLOSER);
        Probe third = at.probe(line, second.step() / CLOSER);
        if (isKink(first, second, third)) {
            return aside ? atKink(line, index, analytic, length, floor, third) : null;
        }
        Probe best = bends(first) ? bends(second) ? third : second : first;
        numeric = best.slope();
        error = error(analytic, numeric, floor);
        if (!(error <= settings.tolerance)) {
            Slopes.Estimate surer = at.extrapolated(line, best.step());
            if (error(surer.slope() + surer.error(), surer.slope(), floor) <= settings.tolerance / 4) {
                numeric = surer.slope();
                error = error(analytic, numeric, floor);
            }
        }
        return new Finding(analytic, numeric, error, best.step(), null);
    }

    private boolean bends(Probe probe) {
        return !(probe.bend() <= settings.tolerance * Math.max(unit(), Math.abs(probe.slope())) + probe.noise());
    }

    /** A curve's one-sided slopes approach each other as the step shrinks, eight times with every look; a kink's do not. */
    private boolean isKink(Probe first, Probe second, Probe third) {
        if (!bends(third) || Double.isNaN(third.bend())) {
            return false;
        }
        return !(second.bend() < first.bend() / 4 && third.bend() < second.bend() / 4);
    }

    /** At a kink every slope between the one-sided ones is right; beside it only one is. */
    private Finding atKink(Line line, long index, double analytic, double length, double floor, Probe probe) {
        double nearest = Math.max(probe.low(), Math.min(probe.high(), analytic));
        double outside = error(analytic, nearest, floor);
        Finding beside = outside <= settings.tolerance ? beside(line, index, length, floor) : null;
        Kink kink = new Kink(line.input(), index, analytic, probe.low(), probe.high(), beside != null);
        if (beside == null) {
            return new Finding(analytic, nearest, outside, probe.step(), kink);
        }
        return new Finding(beside.claimed, beside.numeric, beside.error, beside.step, kink);
    }

    /** What the same element shows a little way off; null if there is no smooth place around. */
    private Finding beside(Line line, long index, double length, double floor) {
        for (double way : ASIDE) {
            SplittableRandom random = random(line.input(), index);
            double[][] moved = point.clone();
            moved[line.input()] = point[line.input()].clone();
            for (int place : line.places()) {
                double share = line.places().length == 1 ? 1 : random.nextDouble(-1, 1);
                moved[line.input()][place] += way * length * share;
            }
            double[] base = subject.value(moved);
            double analytic = line.along(subject.gradients(moved, projection)[line.input()]);
            Slopes there = new Slopes(subject, moved, projection, base);
            Finding finding = examine(there, line, index, analytic, length, floor, true, false);
            if (finding != null && Double.isFinite(finding.numeric)) {
                return finding;
            }
        }
        return null;
    }

    private static double error(double analytic, double numeric, double floor) {
        return Math.abs(analytic - numeric) / Math.max(floor, Math.max(Math.abs(analytic), Math.abs(numeric)));
    }
}
