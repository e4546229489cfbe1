package dev.retort.detection.box;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Greedy non-maximum suppression: in descending order of score, a box is kept unless its IoU with a kept box is
 * strictly above the threshold. Equal scores keep the order of their indexes. The IoU of two empty boxes is 0 / 0,
 * which is not above anything.
 */
public final class Nms {
    private Nms() {}

    /**
     * Suppression among all boxes.
     *
     * @param boxes [n * 4]
     * @param scores [n]
     * @return indexes of the kept boxes, in descending order of score
     */
    public static int[] nms(double[] boxes, double[] scores, double iouThreshold) {
        return nms(boxes, scores, new int[scores.length], iouThreshold, Integer.MAX_VALUE);
    }

    /**
     * Suppression within each class, exact for any coordinates (no offsets between classes are used).
     *
     * @param boxes [n * 4]
     * @param scores [n]
     * @param classes [n]
     * @param limit number of kept boxes, of all classes together, after which to stop
     * @return indexes of the kept boxes of all classes, in descending order of score
     */
    public static int[] nms(double[] boxes, double[] scores, int[] classes, double iouThreshold, int limit) {
        int n = Boxes.count(boxes);
        if (scores.length != n || classes.length != n) {
            throw new IllegalArgumentException(
                    n + " boxes, but " + scores.length + " scores and " + classes.length + " classes");
        }
        int[] keptClass = new int[n];
        int[] kept = new int[n];
        int count = 0;
        for (int i : descending(scores)) {
            if (count >= limit) {
                break;
            }
            boolean suppressed = false;
            for (int k = 0; k < count && !suppressed; k++) {
                suppressed = keptClass[k] == classes[i] && overlap(boxes, kept[k], i) > iouThreshold;
            }
            if (!suppressed) {
                keptClass[count] = classes[i];
                kept[count++] = i;
            }
        }
        return Arrays.copyOf(kept, count);
    }

    /**
     * Joins the candidates of several levels and suppresses within each class.
     *
     * @param levels on equal scores the earlier level goes first
     * @param limit most detections
     */
    public static Detections suppress(List<Detections> levels, double iouThreshold, int limit) {
        Detections all = new Detections(
                levels.stream()
                        .flatMapToDouble(level -> Arrays.stream(level.boxes()))
                        .toArray(),
                levels.stream()
                        .flatMapToDouble(level -> Arrays.stream(level.scores()))
                        .toArray(),
                levels.stream()
                        .flatMapToInt(level -> Arrays.stream(level.classes()))
                        .toArray());
        return all.select(nms(all.boxes(), all.scores(), all.classes(), iouThreshold, limit));
    }

    private static double overlap(double[] boxes, int i, int j) {
        double intersection = Iou.intersection(boxes, i, boxes, j);
        return intersection / (Boxes.area(boxes, i) + Boxes.area(boxes, j) - intersection);
    }

    /** Indexes in descending order of score, ascending among equal scores. */
    private static int[] descending(double[] scores) {
        for (int i = 0; i < scores.length; i++) {
            if (Double.isNaN(scores[i])) {
                throw new IllegalArgumentException("Score " + i + " is NaN: it has no place in an order");
            }
        }
        return IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -scores[i] + 0.0))
                .mapToInt(Integer::intValue)
                .toArray();
    }
}
