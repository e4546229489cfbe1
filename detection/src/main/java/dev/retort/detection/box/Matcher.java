package dev.retort.detection.box;

import java.util.Arrays;

/**
 * Decides for each anchor which ground truth it stands for (RetinaNet, arXiv 1708.02002, section 4). With v the
 * anchor's best IoU: v below {@code backgroundBelow} is background, v at or above {@code foregroundFrom} is foreground,
 * between them the anchor is ignored.
 *
 * <p>With {@code allowLowQualityMatches} every ground truth also turns its best anchors, ties included, into
 * foreground; such an anchor keeps its own best ground truth. A ground truth whose IoU is 0 with all anchors ties with
 * all of them, so then every anchor becomes foreground: detectron2 does the same, and its results are what is matched.
 *
 * @param backgroundBelow IoU under which an anchor is background
 * @param foregroundFrom IoU from which on an anchor is foreground
 */
public record Matcher(double backgroundBelow, double foregroundFrom, boolean allowLowQualityMatches) {
    /** Label of an anchor without ground truth. */
    public static final int BACKGROUND = 0;
    /** Label of an anchor that takes no part in the loss. */
    public static final int IGNORE = -1;
    /** Label of an anchor that stands for a ground truth. */
    public static final int FOREGROUND = 1;

    /** RetinaNet's thresholds, 0.4 and 0.5, with low-quality matches. */
    public static final Matcher RETINANET = new Matcher(0.4, 0.5, true);

    public Matcher {
        if (!(backgroundBelow <= foregroundFrom)) {
            throw new IllegalArgumentException(
                    "Matcher thresholds must not fall: " + backgroundBelow + ", " + foregroundFrom);
        }
    }

    /**
     * The decision for every anchor.
     *
     * @param labels {@link #BACKGROUND}, {@link #IGNORE} or {@link #FOREGROUND}
     * @param matches index of the ground truth of highest IoU, the first on ties; 0 if there is no ground truth
     */
    public record Matches(int[] labels, int[] matches) {}

    /** Gives the IoU of one ground truth with every anchor. */
    @FunctionalInterface
    private interface Rows {
        void fill(int groundTruth, double[] row);
    }

    /** Matches by a given IoU matrix [groundTruths * anchors], row-major. */
    public Matches match(double[] iou, int groundTruths, int anchors) {
        if (iou.length != Math.multiplyExact(groundTruths, anchors)) {
            throw new IllegalArgumentException("An IoU matrix of " + groundTruths + " ground truths and " + anchors
                    + " anchors cannot have " + iou.length + " numbers");
        }
        return match(groundTruths, anchors, (g, row) -> System.arraycopy(iou, g * anchors, row, 0, anchors));
    }

    /** Matches boxes to anchors; the IoU matrix is never held as a whole. */
    public Matches matchBoxes(double[] groundTruths, double[] anchors) {
        return match(
                Boxes.count(groundTruths), Boxes.count(anchors), (g, row) -> Iou.row(groundTruths, g, anchors, row, 0));
    }

    private Matches match(int groundTruths, int anchors, Rows rows) {
        int[] labels = new int[anchors];
        int[] matches = new int[anchors];
        if (groundTruths == 0) {
            return new Matches(labels, matches);
        }
        double[] best = new double[anchors];
        Arrays.fill(best, Double.NEGATIVE_INFINITY);
        boolean[] lowQuality = new boolean[anchors];
        double[] row = new double[anchors];
        for (int g = 0; g < groundTruths; g++) {
            rows.fill(g, row);
            double highest = Double.NEGATIVE_INFINITY;
            for (int a = 0; a < anchors; a++) {
                highest = Math.max(highest, row[a]);
                if (row[a] > best[a]) {
                    best[a] = row[a];
                    matches[a] = g;
                }
            }
            if (allowLowQualityMatches) {
                for (int a = 0; a < anchors; a++) {
                    lowQuality[a] |= row[a] == highest;
                }
            }
        }
        for (int a = 0; a < anchors; a++) {
            if (lowQuality[a] || best[a] >= foregroundFrom) {
                labels[a] = FOREGROUND;
            } else {
                labels[a] = best[a] < backgroundBelow ? BACKGROUND : IGNORE;
            }
        }
        return new Matches(labels, matches);
    }
}
