package dev.retort.autograd;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Numeric slopes of a {@link Subject} around one point, projected to a scalar s = sum(r*y), and what tells a kink from a
 * curve.
 *
 * <p>A central difference with step h has a truncation error of h^2/6*|s'''| and a rounding error of up to u*F/h, with u the
 * unit roundoff of float64 and F the size of what is summed. Their sum is least at h* = (3*u*F/|s'''|)^(1/3), where it is
 * (9/8)^(1/3)*(u*F)^(2/3)*|s'''|^(1/3): 2.4e-11 where F and s''' are 1. This is the floor: no single central difference is
 * surer. With L the length over which s bends, |s'''| is about F/L^3, so h* = (3*u)^(1/3)*L = 6.9e-6*L; {@link #length}
 * finds L for each input.
 *
 * <p>Richardson's extrapolation (4*D(h) - D(2h))/3 removes the h^2 term and leaves h^4/30*|s^(5)| and 1.5*u*F/h, least at
 * h = (11.25*u)^(1/5)*L = 1e-3*L, where the floor is 2e-13. It asks that s is smooth over a way 150 times as long.
 */
final class Slopes {
    static final double UNIT = 0x1p-53;
    private static final double CENTRAL = Math.cbrt(3 * UNIT);
    private static final double RICHARDSON = Math.pow(11.25 * UNIT, 0.2);
    /** How much smaller the candidate lengths become, and how many there are at most. */
    private static final double SHORTER = 16;

    private static final int LENGTHS = 12;
    private static final int LEVELS = 12;

    private final Subject subject;
    private final double[][] point;
    private final double[] projection;
    private final double[] base;

    Slopes(Subject subject, double[][] point, double[] projection, double[] base) {
        this.subject = subject;
        this.point = point;
        this.projection = projection;
        this.base = base;
    }

    /** A way through the point: these elements of one input move, by the step times these factors. */
    record Line(int input, int[] places, double[] direction) {
        static Line element(int input, int place) {
            return new Line(input, new int[] {place}, new double[] {1});
        }

        /** Every element of an input moves, forward or backward. */
        static Line random(int input, int size, SplittableRandom random) {
            int[] places = new int[size];
            double[] direction = new double[size];
            Arrays.setAll(places, i -> i);
            Arrays.setAll(direction, i -> random.nextBoolean() ? 1 : -1);
            return new Line(input, places, direction);
        }

        /** The slope along this way that a gradient claims. */
        double along(double[] gradient) {
            double sum = 0;
            for (int j = 0; j < places.length; j++) {
                sum += gradient[places[j]] * direction[j];
            }
            return sum;
        }
    }

    /**
     * What one step to both sides shows.
     *
     * @param slope central difference
     * @param low the least slope that the one-sided differences of all outputs allow together
     * @param high the largest
     * @param bend how much one-sided slopes differ, summed over outputs so that nothing cancels
     * @param noise what rounding alone may add to {@code bend}
     */
    record Probe(double step, double slope, double low, double high, double bend, double noise) {}

    /** A slope and how far off it may be. */
    record Estimate(double slope, double error) {}

    static double step(double length, boolean richardson) {
        return (richardson ? RICHARDSON : CENTRAL) * length;
    }

    /** Steps the same way to both sides. */
    Probe probe(Line line, double step) {
        double[] forth = shifted(line, step);
        double[] back = shifted(line, -step);
        double ahead = step;
        double behind = step;
        if (line.places.length == 1) {
            // What the element really moves by: its neighbors are not exactly a step away.
            double x = point[line.input][line.places[0]];
            ahead = (x + step) - x;
            behind = x - (x - step);
        }
        double change = 0;
        double low = 0;
        double high = 0;
        double bend = 0;
        double size = 0;
        for (int j = 0; j < base.length; j++) {
            if (forth[j] == base[j] && back[j] == base[j]) {
                continue;
            }
            double r = projection[j];
            double up = r * ((forth[j] - base[j]) / ahead);
            double down = r * ((base[j] - back[j]) / behind);
            // Differences first, then the sum: large outputs that do not move cancel exactly.
            change += r * (forth[j] - back[j]);
            low += Math.min(up, down);
            high += Math.max(up, down);
            bend += Math.abs(up - down);
            size += Math.abs(r) * Math.max(Math.abs(forth[j]), Math.abs(back[j]));
        }
        return new Probe(step, change / (ahead + behind), low, high, bend, 8 * UNIT * size / step);
    }

    private double[] shifted(Line line, double step) {
        double[] x = point[line.input];
        double[] original = x.clone();
        for (int j = 0; j < line.places.length; j++) {
            x[line.places[j]] = original[line.places[j]] + step * line.direction[j];
        }
        try {
            return subject.value(point);
        } finally {
            System.arraycopy(original, 0, x, 0, x.length);
        }
    }

    /**
     * The length over which the function bends, for one input: from the larger of 1 and the largest element downwards, in
     * factors of 16, the first with which two steps agree to {@code accuracy} along a random way; if none does, the one with
     * which they agree best. An input of large or tiny numbers and a function that bends fast both get steps that fit.
     *
     * @param unit slopes below it count as if they were as large
     */
    double length(int input, double accuracy, double unit, SplittableRandom random) {
        double[] x = point[input];
        double largest =
                Arrays.stream(x).map(Math::abs).filter(Double::isFinite).max().orElse(0);
        double length = Math.max(1, largest);
        Line line = Line.random(input, x.length, random);
        double best = length;
        double least = Double.POSITIVE_INFINITY;
        double h = step(length, false);
        // Below that a step is no more than a few roundings of the largest element.
        double shortest = largest * 0x1p-40;
        for (int k = 0; k < LENGTHS && h > shortest; k++, length /= SHORTER, h = step(length, false)) {
            Probe whole = probe(line, h);
            Probe half = probe(line, h / 2);
            double error = Math.abs(whole.slope - half.slope) / Math.max(unit, Math.abs(half.slope));
            // Only a clear gain: at a jump two steps never agree, and rounding must not lead to ever shorter ones.
            if (error < least / 4) {
                least = error;
                best = length;
            }
            if (error <= accuracy) {
                break;
            }
        }
        return best;
    }

    /** (4*D(h) - D(2h))/3. */
    double richardson(Line line, double step) {
        return (4 * probe(line, step).slope - probe(line, 2 * step).slope) / 3;
    }

    /**
     * The slope by Ridders' scheme (C. J. F. Ridders, Accurate computation of F'(x) and F'(x)F''(x), Advances in Engineering
     * Software 4, 1982): central differences with steps that shrink by 2, extrapolated to 0 in all orders; the entry whose
     * neighbors agree best wins. The error is infinite if none can be had.
     *
     * @param step the smallest is about this long
     */
    Estimate extrapolated(Line line, double step) {
        double[] previous = new double[0];
        double best = Double.NaN;
        double least = Double.POSITIVE_INFINITY;
        for (int level = 0; level < LEVELS; level++) {
            double[] row = new double[level + 1];
            row[0] = probe(line, Math.scalb(step, LEVELS - 3 - level)).slope;
            double factor = 1;
            for (int order = 1; order <= level; order++) {
                factor *= 4;
                row[order] = row[order - 1] + (row[order - 1] - previous[order - 1]) / (factor - 1);
                double error =
                        Math.max(Math.abs(row[order] - row[order - 1]), Math.abs(row[order] - previous[order - 1]));
                if (error < least) {
                    least = error;
                    best = row[order];
                }
            }
            previous = row;
        }
        return new Estimate(best, least);
    }
}
