package dev.retort.detection.eval;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether scores are probabilities: of detections with a score of 0.7, seven in ten should find an object. Detections are put
 * into bins of equal width by score, and precision is held against the mean score of each (Guo et al., "On Calibration of Modern
 * Neural Networks", ICML 2017, arXiv 1706.04599, section 2; for detectors Kueppers et al., "Multivariate Confidence Calibration for
 * Object Detection", CVPR Workshops 2020, arXiv 2004.13546, with precision in place of accuracy).
 *
 * <p>Every detection that the evaluation has counts, however low its score. Those in a crowd of their class count neither way.
 *
 * @param iou from which on a detection has found an object
 * @param detections number of those that count
 * @param expectedError expected calibration error: the mean of |precision - mean score| over bins, weighted by their counts; 0
 *     without detections
 * @param bins ascending
 */
public record Calibration(double iou, long detections, double expectedError, List<Bin> bins) {
    /** Bins over scores from 0 to 1. */
    public static final int BINS = 10;

    public Calibration {
        bins = List.copyOf(bins);
    }

    /**
     * A range of scores; the upper bound belongs to the next bin, but 1 to the last.
     *
     * @param score mean of the scores, 0 in an empty bin
     * @param precision share of the detections that found an object, 0 in an empty bin
     */
    public record Bin(double low, double high, long count, double score, double precision) {}

    /** Counts image by image. */
    static final class Counter {
        private final double iou;
        private final long[] counts = new long[BINS];
        private final long[] hits = new long[BINS];
        private final double[] scores = new double[BINS];
        private boolean probabilities = true;

        Counter(double iou) {
            this.iou = iou;
        }

        /** Takes in an image that was matched at the counter's IoU. */
        void add(ImageScene scene) {
            for (ImageScene.Found found : scene.found()) {
                double score = found.detection().score();
                if (score < 0 || score > 1) {
                    probabilities = false;
                } else if (!found.ignored()) {
                    int bin = Math.min(BINS - 1, (int) (score * BINS));
                    counts[bin]++;
                    scores[bin] += score;
                    hits[bin] += found.isHit() ? 1 : 0;
                }
            }
        }

        /** Empty if there are scores outside of 0 to 1: they are no probabilities. */
        Optional<Calibration> result() {
            if (!probabilities) {
                return Optional.empty();
            }
            List<Bin> bins = new ArrayList<>();
            long detections = 0;
            double error = 0;
            for (int i = 0; i < BINS; i++) {
                double score = counts[i] == 0 ? 0 : scores[i] / counts[i];
                double precision = counts[i] == 0 ? 0 : (double) hits[i] / counts[i];
                bins.add(new Bin((double) i / BINS, (i + 1.0) / BINS, counts[i], score, precision));
                detections += counts[i];
                error += counts[i] * Math.abs(precision - score);
            }
            return Optional.of(new Calibration(iou, detections, detections == 0 ? 0 : error / detections, bins));
        }
    }
}
