package dev.retort.detection.eval;

import dev.retort.detection.data.Annotation;
import java.util.Comparator;
import java.util.List;

/**
 * The outcome for one image, category and size class: which detections found an object, at each IoU threshold.
 *
 * @param scores [D], descending
 * @param truths [T * D]: index of the ground truth that a detection found or, a crowd, lies in; -1 without one
 * @param ignored [T * D]: whether the detection counts neither as hit nor as miss
 * @param positives number of ground truths that are to be found
 */
record ImageMatches(double[] scores, int[] truths, boolean[] ignored, int positives) {
    /** Whether the detection at {@code index} of [T * D] has a ground truth of its own, or lies in a crowd. */
    boolean matched(int index) {
        return truths[index] >= 0;
    }

    /** The objects and detections of one image and category, with their overlaps. */
    static final class Scene {
        private final List<Annotation> truths;
        private final List<Detection> detections;
        private final double[] iou;

        /** Takes at most {@code limit} detections, those of highest score; equal scores keep their order. */
        Scene(List<Annotation> truths, List<Detection> detections, int limit) {
            this.truths = truths;
            this.detections = detections.stream()
                    .sorted(Comparator.comparingDouble(detection -> 0.0 - detection.score()))
                    .limit(limit)
                    .toList();
            int n = truths.size();
            this.iou = new double[this.detections.size() * n];
            for (int i = 0; i < iou.length; i++) {
                iou[i] = overlap(this.detections.get(i / n), truths.get(i % n));
            }
        }

        /** Intersection over union; over the detection's area alone if the truth is a crowd. */
        static double overlap(Detection d, Annotation g) {
            double width = Math.min(d.x() + d.width(), g.x() + g.w()) - Math.max(d.x(), g.x());
            double height = Math.min(d.y() + d.height(), g.y() + g.h()) - Math.max(d.y(), g.y());
            if (width <= 0 || height <= 0) {
                return 0;
            }
            double intersection = width * height;
            double union = g.crowd() ? d.area() : d.area() + g.w() * g.h() - intersection;
            return intersection / union;
        }

        /** An overlap of exactly 1 may come out a rounding error below it. */
        static double atMostAlmostOne(double threshold) {
            return Math.min(threshold, 1 - 1e-10);
        }

        /** The detections in their order here. */
        List<Detection> detections() {
            return detections;
        }

        /**
         * Gives each detection, best first, the free ground truth of highest IoU at or above the threshold; of equally
         * good ones the last. Ground truths to be ignored (crowds and other sizes) are taken only where no other fits.
         */
        ImageMatches match(double[] thresholds, AreaRange area) {
            int n = detections.size();
            int m = truths.size();
            boolean[] skip = new boolean[m];
            int positives = 0;
            for (int g = 0; g < m; g++) {
                skip[g] = truths.get(g).crowd() || !area.contains(truths.get(g).area());
                positives += skip[g] ? 0 : 1;
            }
            int[] found = new int[thresholds.length * n];
            boolean[] ignored = new boolean[thresholds.length * n];
            for (int t = 0; t < thresholds.length; t++) {
                boolean[] taken = new boolean[m];
                for (int d = 0; d < n; d++) {
                    int truth = best(d, thresholds[t], taken, skip, false);
                    if (truth < 0) {
                        truth = best(d, thresholds[t], taken, skip, true);
                    }
                    found[t * n + d] = truth;
                    if (truth >= 0) {
                        taken[truth] = true;
                        ignored[t * n + d] = skip[truth];
                    } else {
                        ignored[t * n + d] = !area.contains(detections.get(d).area());
                    }
                }
            }
            double[] scores = detections.stream().mapToDouble(Detection::score).toArray();
            return new ImageMatches(scores, found, ignored, positives);
        }

        /** The best ground truth for detection {@code d} among those whose skip flag is {@code skipped}, or -1. */
        private int best(int d, double threshold, boolean[] taken, boolean[] skip, boolean skipped) {
            double highest = atMostAlmostOne(threshold);
            int best = -1;
            for (int g = 0; g < taken.length; g++) {
                boolean free = !taken[g] || truths.get(g).crowd();
                double overlap = iou[d * taken.length + g];
                if (skip[g] == skipped && free && overlap >= highest) {
                    highest = overlap;
                    best = g;
                }
            }
            return best;
        }
    }
}
