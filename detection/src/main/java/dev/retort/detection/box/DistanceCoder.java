package dev.retort.detection.box;

/**
 * Boxes as distances from a point to their left, top, right and bottom edge, in units of the level's stride (FCOS, arXiv 1904.01355, eq.
 * 1).
 */
public final class DistanceCoder {
    private DistanceCoder() {}

    /** The distances [4] from a point to box {@code i} of {@code boxes} [n * 4] XYXY; negative where the point is outside. */
    public static double[] encode(double x, double y, double stride, double[] boxes, int i) {
        int at = 4 * i;
        return new double[] {
            (x - boxes[at]) / stride,
            (y - boxes[at + 1]) / stride,
            (boxes[at + 2] - x) / stride,
            (boxes[at + 3] - y) / stride
        };
    }

    /** Writes the box of a point's distances into box {@code i} of {@code boxes} [n * 4] XYXY. */
    public static void decode(
            double x, double y, double stride, double l, double t, double r, double b, double[] boxes, int i) {
        int at = 4 * i;
        boxes[at] = x - l * stride;
        boxes[at + 1] = y - t * stride;
        boxes[at + 2] = x + r * stride;
        boxes[at + 3] = y + b * stride;
    }

    /** Reads distances from the centers of anchors. */
    public static BoxDecoder fromCenters(double stride) {
        return (anchors, i, l, t, r, b, boxes, j) -> {
            int at = 4 * i;
            double x = (anchors[at] + anchors[at + 2]) / 2;
            double y = (anchors[at + 1] + anchors[at + 3]) / 2;
            decode(x, y, stride, l, t, r, b, boxes, j);
        };
    }
}
