package dev.retort.detection.tensorboard;

import dev.retort.detection.eval.MatchedDetections;
import java.util.Arrays;

/**
 * Hits and misses of detections at scores 0, 0.01, ..., 1 and above, at an IoU of 0.5, over objects of all sizes. Nothing is
 * a true negative: places without an object are not counted.
 *
 * @param positives objects that are to be found
 * @param hits [101]: detections of the score and above that found an object
 * @param misses [101]: those that found none
 */
record PrCurve(long positives, long[] hits, long[] misses) {
    static final int THRESHOLDS = 101;
    /** True positives, false positives, true negatives, false negatives, precision, recall. */
    static final int ROWS = 6;

    /** Of IoU 0.5 in masks of matches. */
    private static final int HALF = 1;

    static PrCurve of(MatchedDetections.Category category) {
        long[] hits = new long[THRESHOLDS];
        long[] misses = new long[THRESHOLDS];
        for (int d = 0; d < category.scores().length; d++) {
            if ((category.ignored()[d] & HALF) == 0) {
                long[] counts = (category.matched()[d] & HALF) == 0 ? misses : hits;
                counts[(int) (category.scores()[d] * (THRESHOLDS - 1))]++;
            }
        }
        for (int t = THRESHOLDS - 2; t >= 0; t--) {
            hits[t] += hits[t + 1];
            misses[t] += misses[t + 1];
        }
        return new PrCurve(Arrays.stream(category.positives()).asLongStream().sum(), hits, misses);
    }

    static PrCurve none() {
        return new PrCurve(0, new long[THRESHOLDS], new long[THRESHOLDS]);
    }

    /** The curve of the detections of both. */
    PrCurve plus(PrCurve other) {
        PrCurve sum = new PrCurve(positives + other.positives, hits.clone(), misses.clone());
        for (int t = 0; t < THRESHOLDS; t++) {
            sum.hits[t] += other.hits[t];
            sum.misses[t] += other.misses[t];
        }
        return sum;
    }

    /** [6, 101], row-major; a quotient of nothing is 0. */
    float[] values() {
        float[] values = new float[ROWS * THRESHOLDS];
        for (int t = 0; t < THRESHOLDS; t++) {
            values[t] = hits[t];
            values[THRESHOLDS + t] = misses[t];
            values[3 * THRESHOLDS + t] = positives - hits[t];
            values[4 * THRESHOLDS + t] = quotient(hits[t], hits[t] + misses[t]);
            values[5 * THRESHOLDS + t] = quotient(hits[t], positives);
        }
        return values;
    }

    private static float quotient(long part, long all) {
        return all == 0 ? 0 : (float) part / all;
    }
}
