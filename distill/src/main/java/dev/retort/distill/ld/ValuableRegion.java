package dev.retort.distill.ld;

import dev.retort.detection.box.Boxes;
import dev.retort.detection.box.Iou;
import java.util.Arrays;
import java.util.List;

/**
 * The valuable localization region of LD (arXiv 2102.12252): anchors around the positive ones, those whose DIoU with a box
 * is at least a share of the threshold above which ATSS (arXiv 1912.02424) calls an anchor positive, and below it. The threshold of a box
 * is the mean plus the unbiased deviation of its IoU with the nearest anchors of each level.
 *
 * @param nearest anchors of a level, by the distance of centers (9 in the paper)
 * @param share of the threshold (0.25 in the paper)
 * @param overlap what DIoU's overlap is divided by
 */
public record ValuableRegion(int nearest, double share, Overlap overlap) {
    /** What the overlap of an anchor and a box is divided by. */
    public enum Overlap {
        /** The area of both together, as DIoU is defined (arXiv 1911.08287). */
        UNION,
        /** The anchor's area, as in the released code. */
        ANCHOR
    }

    /** The paper's numbers. */
    static ValuableRegion published(Overlap overlap) {
        return new ValuableRegion(9, 0.25, overlap);
    }

    /**
     * The weight of each anchor, its largest IoU with a box whose region it is in; 0 outside. All levels joined.
     *
     * @param levels anchors of each level, [R_l * 4] XYXY
     * @param boxes of the ground truth, [n * 4] XYXY
     */
    public double[] weights(List<double[]> levels, double[] boxes) {
        double[] anchors = levels.stream().flatMapToDouble(Arrays::stream).toArray();
        int count = Boxes.count(anchors);
        double[] weights = new double[count];
        double[] overlaps = Iou.pairwise(boxes, anchors);
        for (int box = 0; box < Boxes.count(boxes); box++) {
            double[] iou = Arrays.copyOfRange(overlaps, box * count, (box + 1) * count);
            double threshold = threshold(levels, boxes, box, iou);
            for (int anchor = 0; anchor < count; anchor++) {
                double distant = distanceIou(anchors, anchor, boxes, box, iou[anchor]);
                if (distant >= share * threshold && distant < threshold) {
                    weights[anchor] = Math.max(weights[anchor], iou[anchor]);
                }
            }
        }
        return weights;
    }

    private double threshold(List<double[]> levels, double[] boxes, int box, double[] iou) {
        double[] nearby = new double[levels.size() * nearest];
        int found = 0;
        int start = 0;
        for (double[] level : levels) {
            for (int anchor : nearest(level, boxes, box)) {
                nearby[found++] = iou[start + anchor];
            }
            start += Boxes.count(level);
        }
        double mean = Arrays.stream(nearby, 0, found).average().orElse(0);
        double squares = Arrays.stream(nearby, 0, found)
                .map(value -> (value - mean) * (value - mean))
                .sum();
        return mean + (found > 1 ? Math.sqrt(squares / (found - 1)) : 0);
    }

    /** The nearest anchors of a level, of equal ones those of lower index. */
    private int[] nearest(double[] level, double[] boxes, int box) {
        int[] order = new int[Math.min(nearest, Boxes.count(level))];
        double[] distances = new double[order.length];
        int kept = 0;
        for (int anchor = 0; anchor < Boxes.count(level); anchor++) {
            double distance = squaredDistance(level, anchor, boxes, box);
            if (kept == order.length && distance >= distances[kept - 1]) {
                continue;
            }
            int at = kept < order.length ? kept++ : kept - 1;
            for (; at > 0 && distances[at - 1] > distance; at--) {
                distances[at] = distances[at - 1];
                order[at] = order[at - 1];
            }
            distances[at] = distance;
            order[at] = anchor;
        }
        return order;
    }

    private double distanceIou(double[] anchors, int anchor, double[] boxes, int box, double iou) {
        double ratio = iou;
        if (overlap == Overlap.ANCHOR) {
            double areas = Boxes.area(anchors, anchor) + Boxes.area(boxes, box);
            ratio = iou * areas / (1 + iou) / Boxes.area(anchors, anchor);
        }
        double diagonal = 0;
        for (int axis = 0; axis < 2; axis++) {
            double low = Math.min(anchors[4 * anchor + axis], boxes[4 * box + axis]);
            double high = Math.max(anchors[4 * anchor + 2 + axis], boxes[4 * box + 2 + axis]);
            diagonal += (high - low) * (high - low);
        }
        return ratio - squaredDistance(anchors, anchor, boxes, box) / diagonal;
    }

    /** Of the centers. */
    private static double squaredDistance(double[] a, int i, double[] b, int j) {
        double sum = 0;
        for (int axis = 0; axis < 2; axis++) {
            double gap = (a[4 * i + axis] + a[4 * i + 2 + axis] - b[4 * j + axis] - b[4 * j + 2 + axis]) / 2;
            sum += gap * gap;
        }
        return sum;
    }
}
