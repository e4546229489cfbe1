package dev.retort.cli.study;

import dev.retort.detection.eval.CocoMetric;
import dev.retort.detection.eval.MatchedDetections;
import dev.retort.tensor.random.CounterRandom;
import dev.retort.tensor.random.Purpose;
import org.apache.commons.statistics.descriptive.Quantile;

/**
 * What a metric would be on other images of the same kind: samples of the evaluated images, each drawn with replacement, the
 * same ones for all runs.
 *
 * @param samples how many
 */
record Bootstrap(int samples) {
    private static final long SEED = 1;

    /** The metric of each sample. */
    double[] values(MatchedDetections matches, CocoMetric metric) {
        double[] values = new double[samples];
        for (int b = 0; b < samples; b++) {
            values[b] = matches.value(metric, times(matches.imageIds().size(), b));
        }
        return values;
    }

    /** How often a sample has each image. */
    static int[] times(int images, int sample) {
        int[] times = new int[images];
        long stream = CounterRandom.stream(SEED, Purpose.RESAMPLING, sample);
        for (int i = 0; i < images; i++) {
            times[CounterRandom.below(images, stream, i)]++;
        }
        return times;
    }

    /** The middle part of the samples' values. */
    static Interval interval(double[] values, double alpha) {
        double[] bounds = Quantile.withDefaults().evaluate(values, alpha / 2, 1 - alpha / 2);
        return new Interval(bounds[0], bounds[1]);
    }
}
