package dev.retort.detection.eval;

import dev.retort.detection.data.Category;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The outcome of a COCO evaluation: precision at every IoU threshold t, recall level r, category k (ascending id), size
 * class and detection limit m, and the means of it that are {@link CocoMetric}s. -1 stands for "no ground truth to find"
 * and is left out of every mean; a mean of nothing is -1.
 */
public final class CocoMetrics {
    /** Most detections an image and category may have. */
    public static final List<Integer> MAX_DETECTIONS = List.of(1, 10, 100);

    /** 0.50, 0.55, ..., 0.95, rounded as NumPy's linspace does. */
    static final double[] IOU_THRESHOLDS = linspace(0.5, 0.95, 10);
    /** 0.00, 0.01, ..., 1.00, rounded as NumPy's linspace does. */
    static final double[] RECALL_LEVELS = linspace(0, 1, 101);

    private static final int AREAS = AreaRange.values().length;

    private final List<Category> categories;
    private final double[] precision;
    private final double[] scores;
    private final double[] recall;

    CocoMetrics(List<Category> categories) {
        this.categories = List.copyOf(categories);
        int cells = IOU_THRESHOLDS.length * categories.size() * AREAS * MAX_DETECTIONS.size();
        recall = filled(cells);
        precision = filled(cells * RECALL_LEVELS.length);
        scores = filled(cells * RECALL_LEVELS.length);
    }

    /** The categories, ascending by id; their order is axis k. */
    public List<Category> categories() {
        return categories;
    }

    /** A metric over all categories, in [0, 1], or -1. */
    public double value(CocoMetric metric) {
        return mean(metric, 0, categories.size());
    }

    /**
     * A metric of one category, in [0, 1], or -1.
     *
     * @throws IllegalArgumentException if there is no category of this id
     */
    public double value(CocoMetric metric, long categoryId) {
        int k = indexOf(categoryId);
        return mean(metric, k, k + 1);
    }

    /**
     * The precision-recall curve whose mean is {@link #value(CocoMetric)}: interpolated precision at {@link #recallLevels},
     * averaged over the categories that have something to find and over the metric's IoU thresholds. All -1 if there are none.
     *
     * @throws IllegalArgumentException if the metric is an average recall
     */
    public double[] curve(CocoMetric metric) {
        return curve(metric, 0, categories.size());
    }

    /**
     * The same of one category.
     *
     * @throws IllegalArgumentException if the metric is an average recall, or there is no category of this id
     */
    public double[] curve(CocoMetric metric, long categoryId) {
        int k = indexOf(categoryId);
        return curve(metric, k, k + 1);
    }

    /** The 101 recall levels of curves: 0.00, 0.01, ..., 1.00. */
    public static double[] recallLevels() {
        return RECALL_LEVELS.clone();
    }

    private double[] curve(CocoMetric metric, int from, int to) {
        if (!metric.isPrecision()) {
            throw new IllegalArgumentException(metric.label() + " is a recall and has no precision-recall curve");
        }
        int m = MAX_DETECTIONS.indexOf(metric.maxDetections());
        double[] curve = new double[RECALL_LEVELS.length];
        for (int r = 0; r < curve.length; r++) {
            double sum = 0;
            int count = 0;
            for (int t = 0; t < IOU_THRESHOLDS.length; t++) {
                for (int k = from; k < to && isAt(metric, t); k++) {
                    double value = precision[index(t * RECALL_LEVELS.length + r, k, metric.area(), m)];
                    sum += value > -1 ? value : 0;
                    count += value > -1 ? 1 : 0;
                }
            }
            curve[r] = count == 0 ? -1 : sum / count;
        }
        return curve;
    }

    private static boolean isAt(CocoMetric metric, int t) {
        return metric.iou() == 0 || IOU_THRESHOLDS[t] == metric.iou();
    }

    private int indexOf(long categoryId) {
        return IntStream.range(0, categories.size())
                .filter(i -> categories.get(i).id() == categoryId)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no category " + categoryId));
    }

    /** Interpolated precision [10 IoU thresholds, 101 recall levels, categories, 4 areas, 3 limits], row-major. */
    public double[] precision() {
        return precision.clone();
    }

    /** The score at which each entry of {@link #precision} is reached, 0 where it never is. */
    public double[] scores() {
        return scores.clone();
    }

    /** Recall over all allowed detections [10 IoU thresholds, categories, 4 areas, 3 limits], row-major. */
    public double[] recall() {
        return recall.clone();
    }

    /** The twelve metrics, a line each, in COCO's usual form. */
    public String summary() {
        return Arrays.stream(CocoMetric.values()).map(this::line).collect(Collectors.joining("\n"));
    }

    private String line(CocoMetric metric) {
        String title = metric.isPrecision() ? "Average Precision  (AP)" : "Average Recall     (AR)";
        String iou = metric.iou() == 0 ? "0.50:0.95" : String.format(Locale.ROOT, "%.2f", metric.iou());
        // Through BigDecimal: the digits of the double itself are rounded, as C's printf does.
        BigDecimal value = new BigDecimal(value(metric)).setScale(3, RoundingMode.HALF_EVEN);
        return String.format(
                Locale.ROOT,
                " %s @[ IoU=%-9s | area=%6s | maxDets=%3d ] = %s",
                title,
                iou,
                metric.area().label(),
                metric.maxDetections(),
                value.toPlainString());
    }

    private double mean(CocoMetric metric, int from, int to) {
        int m = MAX_DETECTIONS.indexOf(metric.maxDetections());
        double sum = 0;
        int count = 0;
        for (int t = 0; t < IOU_THRESHOLDS.length; t++) {
            if (isAt(metric, t)) {
                for (int k = from; k < to; k++) {
                    int levels = metric.isPrecision() ? RECALL_LEVELS.length : 1;
                    for (int r = 0; r < levels; r++) {
                        double value = metric.isPrecision()
                                ? precision[index(t * levels + r, k, metric.area(), m)]
                                : recall[index(t, k, metric.area(), m)];
                        if (value > -1) {
                            sum += value;
                            count++;
                        }
                    }
                }
            }
        }
        return count == 0 ? -1 : sum / count;
    }

    void setRecall(int t, int k, AreaRange area, int m, double value) {
        recall[index(t, k, area, m)] = value;
    }

    void setPrecision(int t, int r, int k, AreaRange area, int m, double value, double score) {
        int at = index(t * RECALL_LEVELS.length + r, k, area, m);
        precision[at] = value;
        scores[at] = score;
    }

    private int index(int outer, int k, AreaRange area, int m) {
        return ((outer * categories.size() + k) * AREAS + area.ordinal()) * MAX_DETECTIONS.size() + m;
    }

    private static double[] filled(int size) {
        double[] values = new double[size];
        Arrays.fill(values, -1);
        return values;
    }

    private static double[] linspace(double start, double stop, int count) {
        double step = (stop - start) / (count - 1);
        double[] values = new double[count];
        for (int i = 0; i < count - 1; i++) {
            values[i] = i * step + start;
        }
        values[count - 1] = stop;
        return values;
    }
}
