package dev.retort.detection.box;

/**
 * Boxes as offsets from anchors (R-CNN, arXiv 1311.2524, appendix C): with center c, width w and height h,
 * <pre>
 * dx = weightX * (target.cx - anchor.cx) / anchor.w     dw = weightWidth  * ln(target.w / anchor.w)
 * dy = weightY * (target.cy - anchor.cy) / anchor.h     dh = weightHeight * ln(target.h / anchor.h)
 * </pre>
 * Decoding inverts this, with dw / weightWidth and dh / weightHeight limited from above to {@code scaleClamp}.
 *
 * @param scaleClamp largest natural logarithm of a decoded box's edge relative to its anchor's
 */
public record BoxCoder(double weightX, double weightY, double weightWidth, double weightHeight, double scaleClamp)
        implements BoxDecoder {
    /** ln(1000 / 16): a box grows at most to 62.5 times its anchor. */
    public static final double DEFAULT_SCALE_CLAMP = Math.log(1000.0 / 16);

    /** RetinaNet's coder: all weights 1. */
    public static final BoxCoder RETINANET = new BoxCoder(1, 1, 1, 1, DEFAULT_SCALE_CLAMP);

    public BoxCoder {
        if (!(weightX > 0 && weightY > 0 && weightWidth > 0 && weightHeight > 0)) {
            throw new IllegalArgumentException("Box coder weights must be positive, not " + weightX + ", " + weightY
                    + ", " + weightWidth + ", " + weightHeight);
        }
    }

    /**
     * The deltas [n * 4] that lead from each anchor to the target of the same index.
     *
     * @throws IllegalArgumentException if the counts differ, or an anchor or a target is empty: it has no deltas
     */
    public double[] encode(double[] anchors, double[] targets) {
        int n = Boxes.count(anchors);
        if (Boxes.count(targets) != n) {
            throw new IllegalArgumentException(n + " anchors, but " + Boxes.count(targets) + " targets");
        }
        double[] deltas = new double[4 * n];
        for (int i = 0; i < n; i++) {
            requireNonEmpty("Anchor", anchors, i);
            requireNonEmpty("Target box", targets, i);
            double width = Boxes.width(anchors, i);
            double height = Boxes.height(anchors, i);
            double targetWidth = Boxes.width(targets, i);
            double targetHeight = Boxes.height(targets, i);
            int at = 4 * i;
            double centerX = anchors[at] + 0.5 * width;
            double centerY = anchors[at + 1] + 0.5 * height;
            deltas[at] = weightX * (targets[at] + 0.5 * targetWidth - centerX) / width;
            deltas[at + 1] = weightY * (targets[at + 1] + 0.5 * targetHeight - centerY) / height;
            deltas[at + 2] = weightWidth * Math.log(targetWidth / width);
            deltas[at + 3] = weightHeight * Math.log(targetHeight / height);
        }
        return deltas;
    }

    /**
     * The boxes that {@code deltas} [n * 4] lead to from {@code anchors} [n * 4].
     *
     * @throws IllegalArgumentException if the counts differ
     */
    public double[] decode(double[] anchors, double[] deltas) {
        if (anchors.length != deltas.length) {
            throw new IllegalArgumentException(
                    Boxes.count(anchors) + " anchors, but deltas for " + Boxes.count(deltas));
        }
        double[] boxes = new double[4 * Boxes.count(anchors)];
        for (int at = 0; at < boxes.length; at += 4) {
            decode(anchors, at / 4, deltas[at], deltas[at + 1], deltas[at + 2], deltas[at + 3], boxes, at / 4);
        }
        return boxes;
    }

    @Override
    public void decode(double[] anchors, int i, double dx, double dy, double dw, double dh, double[] boxes, int j) {
        double width = Boxes.width(anchors, i);
        double height = Boxes.height(anchors, i);
        double centerX = dx / weightX * width + anchors[4 * i] + 0.5 * width;
        double centerY = dy / weightY * height + anchors[4 * i + 1] + 0.5 * height;
        double halfWidth = 0.5 * Math.exp(Math.min(dw / weightWidth, scaleClamp)) * width;
        double halfHeight = 0.5 * Math.exp(Math.min(dh / weightHeight, scaleClamp)) * height;
        boxes[4 * j] = centerX - halfWidth;
        boxes[4 * j + 1] = centerY - halfHeight;
        boxes[4 * j + 2] = centerX + halfWidth;
        boxes[4 * j + 3] = centerY + halfHeight;
    }

    private static void requireNonEmpty(String what, double[] boxes, int i) {
        if (!Boxes.isNonEmpty(boxes, i)) {
            throw new IllegalArgumentException(what + " " + i + " is empty (width " + Boxes.width(boxes, i)
                    + ", height " + Boxes.height(boxes, i) + "): it has no deltas. Drop empty boxes beforehand");
        }
    }
}
