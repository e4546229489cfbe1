package dev.retort.autograd;

import dev.retort.autograd.Slopes.Line;
import java.util.ArrayList;
import java.util.List;

/**
 * Numeric slopes of a function whose results are rounded to a type, with a bound of how far off they are. The function is
 * projected to a scalar s = sum(r*y).
 *
 * <p>Central differences with steps that shrink by 2 are extrapolated in all orders (Ridders' scheme, as in {@link Slopes}). One
 * of step h is off by a truncation error, of which neighbors in the scheme tell, and by rounding: an element of the result errs
 * by up to e = 8*u*|y| + 6*sigma, 8 as for {@linkplain RoundingNoise results everywhere} (docs/tolerances.md) and sigma its
 * measured noise. The signs of the projection are random, so whatever the errors have in common, their projection has the size
 * sqrt(sum (r*e)^2), and the difference an error of sqrt(2)/2h of it. Truncation falls with the step and rounding grows: the entry with
 * the least sum of both wins, and its sum is the bound. Shorter steps end where rounding alone is larger.
 *
 * <p>What is extrapolated is the difference between the function's change and the claimed gradient times what the elements
 * moved by: a step to a neighboring number of the type is not exactly h.
 */
final class RoundedSlopes {
    /** What a handful of rounded operations may add up to, in units of roundoff of the result. */
    private static final double ROUNDINGS = 8;
    /** Standard deviations of measured noise. */
    private static final double DEVIATIONS = 6;
    /** Ridders' neighbors tell the error only nearly. */
    private static final double TRUNCATION = 4;
    /** Neighbors that agree by chance did not do so one level above. */
    private static final double CHANCE = 1.0 / 16;
    /** The extrapolated difference has at most this many times the rounding error of the shortest step's. */
    private static final double AMPLIFICATION = 2;
    /** Of the scale at first. No binary fraction, so that no period of a function is a multiple of every step. */
    private static final double FIRST = 0.618;

    /** A way far longer than any step. */
    private static final double FAR = 0x1p10;

    private static final int ORDERS = 6;
    private static final int LEAST_LEVELS = 4;
    private static final int LEVELS = 120;
    /** One-sided slopes of a curve approach each other by half with each level; at a kink they stay, at a jump they part. */
    private static final double STAYS = 0.75;

    private static final double HALVES = 0.6;

    private final Kernel function;
    private final double[][] point;
    private final double[] projection;
    private final double[] noise;
    private final double[] base;
    private final double tolerance;

    /**
     * @param noise standard deviation of each element of the result beyond that of its own roundings
     * @param tolerance the slope is sure enough at a small share of this, relative to itself
     */
    RoundedSlopes(Kernel function, double[][] point, double[] projection, double[] noise, double tolerance) {
        this.function = function;
        this.point = point;
        this.projection = projection;
        this.noise = noise;
        this.base = function.value(point);
        this.tolerance = tolerance;
    }

    /** The same around another point. */
    RoundedSlopes at(double[][] other) {
        return new RoundedSlopes(function, other, projection, noise, tolerance);
    }

    /** The way along which every element moves in proportion to itself, forward or backward: none comes to another sign. */
    static Line relative(int input, double[] x, double[] signs) {
        int[] places = new int[x.length];
        double[] direction = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            places[i] = i;
            direction[i] = Math.abs(x[i]) * Math.signum(signs[i]);
        }
        return new Line(input, places, direction);
    }

    /**
     * A slope.
     *
     * @param uncertainty how far off it may be by rounding and truncation; infinite if there is none, as outside of a domain
     * @param step of the shortest difference in it
     * @param kink whether one-sided slopes differ however short the step
     * @param low the least slope that the one-sided ones of all outputs allow together
     * @param high the largest
     * @param rates how fast each element of the result moves, without sign
     */
    record Slope(
            double numeric, double uncertainty, double step, boolean kink, double low, double high, double[] rates) {}

    /**
     * One step to both sides.
     *
     * @param excess slope beyond the claimed one
     * @param rounding what rounding may add to it
     * @param bend how much one-sided slopes differ, summed over outputs so that nothing cancels
     * @param bendRounding what rounding may add to that
     */
    private record Sample(
            double step,
            double excess,
            double rounding,
            double low,
            double high,
            double bend,
            double bendRounding,
            double[] rates) {}

    private record Estimate(Sample sample, double excess, double uncertainty) {}

    /** The slope along a way, which {@code claimed} says it has too, by element of the way's input. */
    Slope along(Line line, double[] claimed) {
        double nominal = line.along(claimed);
        double scale = 1;
        if (line.places().length == 1) {
            scale = Math.max(1, Math.abs(point[line.input()][line.places()[0]]));
        }
        boolean[] depends = depends(line, scale);
        List<Sample> samples = new ArrayList<>();
        double[] above = new double[0];
        double[] truncationAbove = new double[0];
        Estimate before = null;
        Estimate best = null;
        for (int level = 0; level < LEVELS; level++) {
            Sample sample = sample(line, Math.scalb(FIRST * scale, -level), claimed, depends);
            if (sample == null) {
                break;
            }
            boolean inside = Double.isFinite(sample.excess);
            if (!inside || passesKink(samples, sample)) {
                // Longer steps leave the function's domain, overflow or cross a kink: they tell nothing of this place.
                above = new double[0];
                before = null;
                best = null;
            }
            if (!inside) {
                samples.clear();
                continue;
            }
            samples.add(sample);
            double[] row = row(sample.excess, above);
            double[] truncation = truncation(row, above, truncationAbove);
            // Without a row above the neighbors of an entry cannot be doubted.
            Estimate estimate = above.length < 2 ? null : estimate(sample, row, truncation);
            if (before != null && estimate != null) {
                // What the next step does not confirm agreed by chance.
                double apart = Math.abs(before.excess - estimate.excess);
                Estimate confirmed = new Estimate(before.sample, before.excess, Math.max(before.uncertainty, apart));
                best = best == null || confirmed.uncertainty < best.uncertainty ? confirmed : best;
            }
            before = estimate;
            above = row;
            truncationAbove = truncation;
            if (best != null && samples.size() >= LEAST_LEVELS && !isPassingKink(samples)) {
                boolean sure = best.uncertainty <= tolerance / 64 * Math.abs(nominal + best.excess);
                if (sure || sample.rounding > best.uncertainty) {
                    break;
                }
            }
        }
        best = best == null ? before : best;
        if (best == null) {
            return new Slope(
                    Double.NaN, Double.POSITIVE_INFINITY, 0, false, Double.NaN, Double.NaN, new double[base.length]);
        }
        Sample bent = kink(samples);
        Sample sides = bent == null ? best.sample : bent;
        return new Slope(
                nominal + best.excess,
                best.uncertainty,
                best.sample.step,
                bent != null,
                sides.low,
                sides.high,
                best.sample.rates);
    }

    /** The surest entry of a row. */
    private static Estimate estimate(Sample sample, double[] row, double[] truncation) {
        Estimate best = null;
        for (int order = 1; order < row.length; order++) {
            double sum = TRUNCATION * truncation[order] + AMPLIFICATION * sample.rounding;
            if (best == null || sum < best.uncertainty) {
                best = new Estimate(sample, row[order], sum);
            }
        }
        return best;
    }

    /** Which elements of the result depend on what moves: those that change over a way far longer than any step. */
    private boolean[] depends(Line line, double scale) {
        boolean[] depends = new boolean[base.length];
        for (int way = -1; way <= 1; way += 2) {
            double[] far = function.value(moved(line, way * FAR * scale));
            for (int j = 0; j < depends.length; j++) {
                depends[j] |= far[j] != base[j];
            }
        }
        return depends;
    }

    private double[][] moved(Line line, double step) {
        double[] x = point[line.input()];
        double[][] moved = point.clone();
        moved[line.input()] = x.clone();
        for (int j = 0; j < line.places().length; j++) {
            int place = line.places()[j];
            moved[line.input()][place] = function.rounded(x[place] + step * line.direction()[j]);
        }
        return moved;
    }

    private static double[] row(double first, double[] above) {
        double[] row = new double[Math.min(above.length + 1, ORDERS)];
        row[0] = first;
        double factor = 1;
        for (int order = 1; order < row.length; order++) {
            factor *= 4;
            row[order] = row[order - 1] + (row[order - 1] - above[order - 1]) / (factor - 1);
        }
        return row;
    }

    /** How far off each entry of a row may be: the distance to its neighbors; no less than a share of that one level above. */
    private static double[] truncation(double[] row, double[] above, double[] truncationAbove) {
        double[] truncation = new double[row.length];
        for (int order = 1; order < row.length; order++) {
            truncation[order] =
                    Math.max(Math.abs(row[order] - row[order - 1]), Math.abs(row[order] - above[order - 1]));
            if (order < above.length) {
                truncation[order] = Math.max(truncation[order], truncationAbove[order] * CHANCE);
            }
        }
        return truncation;
    }

    /** Whether one-sided slopes differ with the step before, and no longer with this one. */
    private boolean passesKink(List<Sample> samples, Sample sample) {
        Sample before = samples.isEmpty() ? null : samples.get(samples.size() - 1);
        return before != null && bends(before) && sample.bend < before.bend / 8;
    }

    /** Whether one-sided slopes that did not approach each other begin to: a kink about one step away. */
    private boolean isPassingKink(List<Sample> samples) {
        int last = samples.size() - 1;
        double bend = samples.get(last).bend;
        double before = samples.get(last - 1).bend;
        return bends(samples.get(last)) && bend < STAYS * before && before > HALVES * samples.get(last - 2).bend;
    }

    private boolean bends(Sample sample) {
        double size = Math.max(Math.abs(sample.low), Math.abs(sample.high));
        return sample.bend > 4 * sample.bendRounding + tolerance * size;
    }

    /** The shortest step that shows a kink beyond doubt; null if there is none. */
    private Sample kink(List<Sample> samples) {
        for (int k = samples.size() - 1; k >= 2; k--) {
            Sample last = samples.get(k);
            if (bends(last)) {
                double before = samples.get(k - 1).bend;
                boolean stays = last.bend > STAYS * before && before > STAYS * samples.get(k - 2).bend;
                // Rounding covers a kink with a shorter step; what vanishes there was a curve.
                stays &= k == samples.size() - 1 || samples.get(k + 1).bend > STAYS * last.bend;
                return stays ? last : null;
            }
        }
        return null;
    }

    /** Null if the step is so short that an element stays where it is. */
    private Sample sample(Line line, double step, double[] claimed, boolean[] depends) {
        double[] x = point[line.input()];
        double[][] ahead = moved(line, step);
        double[][] behind = moved(line, -step);
        double claimedChange = 0;
        double up = step;
        double down = step;
        for (int j = 0; j < line.places().length; j++) {
            int place = line.places()[j];
            double forth = ahead[line.input()][place];
            double back = behind[line.input()][place];
            if (line.direction()[j] != 0 && (forth == x[place] || back == x[place])) {
                return null;
            }
            claimedChange += claimed[place] * (forth - back);
            if (line.places().length == 1) {
                up = forth - x[place];
                down = x[place] - back;
            }
        }
        return sample(step, function.value(ahead), function.value(behind), depends, up, down, claimedChange);
    }

    private Sample sample(
            double step,
            double[] forth,
            double[] back,
            boolean[] depends,
            double up,
            double down,
            double claimedChange) {
        double change = 0;
        double low = 0;
        double high = 0;
        double bend = 0;
        double squares = 0;
        double errors = 0;
        double[] rates = new double[base.length];
        for (int j = 0; j < base.length; j++) {
            depends[j] |= forth[j] != base[j] || back[j] != base[j];
            if (!depends[j]) {
                continue;
            }
            double r = projection[j];
            double right = r * ((forth[j] - base[j]) / up);
            double left = r * ((base[j] - back[j]) / down);
            // Differences first, then the sum: large outputs that do not move cancel exactly.
            change += r * (forth[j] - back[j]);
            low += Math.min(right, left);
            high += Math.max(right, left);
            bend += Math.abs(right - left);
            rates[j] = Math.abs(forth[j] - back[j]) / (up + down);
            double error = Math.abs(r) * error(j, Math.max(Math.abs(forth[j]), Math.abs(back[j])));
            squares += error * error;
            errors += error;
        }
        return new Sample(
                step,
                (change - claimedChange) / (up + down),
                Math.sqrt(2 * squares) / (up + down),
                low,
                high,
                bend,
                4 * errors / (up + down),
                rates);
    }

    /** How far off an element of the result may be where it has this size. */
    private double error(int j, double size) {
        double growth = base[j] == 0 ? 1 : Math.max(1, size / Math.abs(base[j]));
        return ROUNDINGS * function.unit() * size + DEVIATIONS * noise[j] * growth;
    }

    /** How far off a kernel's own gradient along a way may be by rounding: a chain of four operations, and its noise. */
    static double roundingOfClaim(Line line, double[] claimed, double[] noise, double unit) {
        double sizes = 0;
        double squares = 0;
        for (int j = 0; j < line.places().length; j++) {
            double factor = Math.abs(line.direction()[j]);
            int place = line.places()[j];
            sizes += factor * Math.abs(claimed[place]);
            squares += factor * factor * noise[place] * noise[place];
        }
        return 4 * ROUNDINGS * unit * sizes + DEVIATIONS * Math.sqrt(squares);
    }
}
