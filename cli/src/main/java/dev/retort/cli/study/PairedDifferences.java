package dev.retort.cli.study;

import org.apache.commons.statistics.descriptive.Mean;
import org.apache.commons.statistics.descriptive.StandardDeviation;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * Differences of runs of equal seeds, as a sample: mean, deviation, Student's t interval and test against 0.
 *
 * @param values one for each seed that both rows have, at least one
 */
record PairedDifferences(double[] values) {
    /** Fewest values that an interval is given for: with two it says next to nothing. */
    static final int FEWEST = 3;

    PairedDifferences {
        if (values.length == 0) {
            throw new IllegalArgumentException("There are no differences");
        }
        values = values.clone();
    }

    int n() {
        return values.length;
    }

    double mean() {
        return Mean.of(values).getAsDouble();
    }

    /** With n - 1; NaN for one value. */
    double deviation() {
        return deviation(values);
    }

    /** Sample deviation with n - 1; NaN for fewer than two values. */
    static double deviation(double[] values) {
        return values.length < 2 ? Double.NaN : StandardDeviation.of(values).getAsDouble();
    }

    boolean hasInterval() {
        return values.length >= FEWEST;
    }

    /**
     * The interval of the mean.
     *
     * @param alpha share of all samples whose interval misses, such as 0.05
     */
    Interval interval(double alpha) {
        double half = halfWidth(values.length, deviation(), alpha);
        return new Interval(mean() - half, mean() + half);
    }

    /** Half the width of an interval of the mean of {@code n} values of a deviation. */
    static double halfWidth(int n, double deviation, double alpha) {
        double quantile = TDistribution.of(n - 1).inverseSurvivalProbability(alpha / 2);
        return quantile * deviation / Math.sqrt(n);
    }

    /** How probable a mean so far from 0 or farther is where there is no difference: two-sided. */
    double probability() {
        if (deviation() == 0) {
            return mean() == 0 ? 1 : 0;
        }
        double t = mean() / (deviation() / Math.sqrt(values.length));
        return Math.min(1, 2 * TDistribution.of(values.length - 1).survivalProbability(Math.abs(t)));
    }
}
