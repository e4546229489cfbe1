package dev.retort.detection.box;

import java.util.stream.IntStream;

/**
 * Classification labels of an image's anchors. Class indexes are 0..K-1; K itself is background.
 *
 * @param numClasses K
 */
public record AnchorLabeler(Matcher matcher, int numClasses) {
    /** Label of an anchor that takes no part in the loss. */
    public static final int IGNORE = -1;

    /**
     * The labels of one image's anchors.
     *
     * @param classes [anchors]: class index, K for background, {@link #IGNORE} for ignored
     * @param matched [anchors]: index of the best ground truth; meaningful where the anchor is foreground
     * @param foreground indexes of the foreground anchors, ascending
     */
    public record Labels(int[] classes, int[] matched, int[] foreground) {
        /** The foreground anchors' ground-truth boxes [foreground * 4], in anchor order. */
        public double[] matchedBoxes(double[] groundTruthBoxes) {
            return Boxes.select(
                    groundTruthBoxes,
                    IntStream.of(foreground).map(anchor -> matched[anchor]).toArray());
        }
    }

    /**
     * Labels the anchors of one image.
     *
     * @param anchors all levels' anchors, joined [anchors * 4]
     * @param boxes the image's ground-truth boxes [n * 4]
     * @param boxClasses their class indexes [n]
     * @throws IllegalArgumentException if the counts differ, a coordinate is not finite or a class index is not in 0..K-1
     */
    public Labels label(double[] anchors, double[] boxes, int[] boxClasses) {
        if (boxClasses.length != Boxes.count(boxes)) {
            throw new IllegalArgumentException(
                    Boxes.count(boxes) + " ground-truth boxes, but " + boxClasses.length + " classes");
        }
        for (double coordinate : boxes) {
            // A box that is not a number meets no anchor and would turn all of them into foreground.
            if (!Double.isFinite(coordinate)) {
                throw new IllegalArgumentException("A ground-truth box has the coordinate " + coordinate);
            }
        }
        for (int boxClass : boxClasses) {
            if (boxClass < 0 || boxClass >= numClasses) {
                throw new IllegalArgumentException("Class index " + boxClass + " is not in 0.." + (numClasses - 1));
            }
        }
        Matcher.Matches matches = matcher.matchBoxes(boxes, anchors);
        int[] labels = matches.labels();
        int[] matched = matches.matches();
        int[] classes = IntStream.range(0, labels.length)
                .map(a -> switch (labels[a]) {
                    case Matcher.FOREGROUND -> boxClasses[matched[a]];
                    case Matcher.IGNORE -> IGNORE;
                    default -> numClasses;
                })
                .toArray();
        int[] foreground = IntStream.range(0, labels.length)
                .filter(a -> labels[a] == Matcher.FOREGROUND)
                .toArray();
        return new Labels(classes, matched, foreground);
    }
}
