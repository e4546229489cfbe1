package dev.retort.detection.eval;

import java.util.List;

/**
 * Which detections of each image found an object: enough of an evaluation to compute average precision once more over any
 * selection of its images, as a bootstrap does. Objects of all sizes, at most 100 detections an image and category.
 *
 * @param imageIds ascending, images without objects and detections included
 * @param categories ascending by id
 */
public record MatchedDetections(List<Long> imageIds, List<Category> categories) {
    /** Bits for all IoU thresholds. */
    private static final int ALL_BITS = (1 << CocoMetrics.IOU_THRESHOLDS.length) - 1;

    /**
     * One category. Bit t of a mask is of IoU threshold t: 0.50, 0.55, ..., 0.95.
     *
     * @param id of the category
     * @param positives [images]: objects that are to be found
     * @param images [D]: index of the image that a detection is of
     * @param scores [D], descending; equal scores in the order in which the evaluator ranks them
     * @param matched [D]: masks, whether the detection found an object
     * @param ignored [D]: masks, whether it counts neither as hit nor as miss
     */
    public record Category(long id, int[] positives, int[] images, double[] scores, int[] matched, int[] ignored) {}

    /**
     * @throws IllegalArgumentException if the parts do not fit each other
     */
    public MatchedDetections {
        imageIds = List.copyOf(imageIds);
        categories = List.copyOf(categories);
        for (Category c : categories) {
            int n = c.images.length;
            boolean fits = c.positives.length == imageIds.size()
                    && c.scores.length == n
                    && c.matched.length == n
                    && c.ignored.length == n;
            for (int d = 0; fits && d < n; d++) {
                fits = c.images[d] >= 0
                        && c.images[d] < imageIds.size()
                        && (c.matched[d] & ~ALL_BITS) == 0
                        && (c.ignored[d] & ~ALL_BITS) == 0
                        && (d == 0 || c.scores[d] <= c.scores[d - 1]);
            }
            if (!fits) {
                throw new IllegalArgumentException("The matches of category " + c.id + " do not fit each other or the "
                        + imageIds.size() + " images");
            }
        }
    }

    /** Whether a metric can be computed from this: an average precision over all sizes. */
    public static boolean isKnown(CocoMetric metric) {
        return metric.isPrecision() && metric.area() == AreaRange.ALL;
    }

    /**
     * A metric in [0, 1], or -1 where the images have nothing to find. With every image once it is {@link CocoMetrics#value},
     * bit for bit.
     *
     * @param metric one that {@link #isKnown}
     * @param times [images]: how often each image counts
     * @throws IllegalArgumentException if the metric is another one or {@code times} of another length
     */
    public double value(CocoMetric metric, int[] times) {
        if (!isKnown(metric)) {
            throw new IllegalArgumentException(metric.label() + " cannot be computed from matches of all sizes");
        }
        if (times.length != imageIds.size()) {
            throw new IllegalArgumentException(
                    "There are " + imageIds.size() + " images, and counts of " + times.length);
        }
        double sum = 0;
        int count = 0;
        double[] precision = new double[longest()];
        double[] recall = new double[precision.length];
        for (int t = 0; t < CocoMetrics.IOU_THRESHOLDS.length; t++) {
            if (metric.iou() != 0 && CocoMetrics.IOU_THRESHOLDS[t] != metric.iou()) {
                continue;
            }
            for (Category category : categories) {
                long positives = positives(category, times);
                if (positives == 0) {
                    continue;
                }
                int n = hits(category, t, times, positives, precision, recall);
                int i = 0;
                for (double level : CocoMetrics.RECALL_LEVELS) {
                    while (i < n && recall[i] < level) {
                        i++;
                    }
                    sum += i < n ? precision[i] : 0;
                    count++;
                }
            }
        }
        return count == 0 ? -1 : sum / count;
    }

    private int longest() {
        return categories.stream()
                .mapToInt(category -> category.images.length)
                .max()
                .orElse(0);
    }

    private static long positives(Category category, int[] times) {
        long sum = 0;
        for (int i = 0; i < times.length; i++) {
            sum += (long) times[i] * category.positives[i];
        }
        return sum;
    }

    /** Monotone precision and recall at every hit, the only places where recall rises; their number. */
    private static int hits(
            Category category, int t, int[] times, long positives, double[] precision, double[] recall) {
        int bit = 1 << t;
        double hits = 0;
        double misses = 0;
        int n = 0;
        for (int d = 0; d < category.images.length; d++) {
            int weight = times[category.images[d]];
            if (weight == 0 || (category.ignored[d] & bit) != 0) {
                continue;
            }
            if ((category.matched[d] & bit) == 0) {
                misses += weight;
            } else {
                hits += weight;
                recall[n] = hits / positives;
                precision[n] = hits / (misses + hits + Math.ulp(1.0));
                n++;
            }
        }
        for (int i = n - 1; i > 0; i--) {
            precision[i - 1] = Math.max(precision[i - 1], precision[i]);
        }
        return n;
    }
}
