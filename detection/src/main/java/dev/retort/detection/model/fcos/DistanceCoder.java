package dev.retort.detection.model.fcos;

import dev.retort.tensor.Backend;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;

/**
 * Boxes as distances from a point to their left, top, right and bottom edge, in units of the level's stride (arXiv 1904.01355, eq. 1).
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
    static void decode(
            double x, double y, double stride, double l, double t, double r, double b, double[] boxes, int i) {
        int at = 4 * i;
        boxes[at] = x - l * stride;
        boxes[at + 1] = y - t * stride;
        boxes[at + 2] = x + r * stride;
        boxes[at + 3] = y + b * stride;
    }

    /**
     * The boxes of distances, differentiable in these.
     *
     * @param distances [..., n, 4]
     * @param xy [n * 2] the points, pixels
     * @param strides [n]
     * @return [..., n, 4] XYXY, pixels
     */
    public static Tensor decode(Tensor distances, double[] xy, double[] strides) {
        int count = strides.length;
        double[] points = new double[4 * count];
        double[] units = new double[4 * count];
        for (int i = 0; i < count; i++) {
            for (int edge = 0; edge < 4; edge++) {
                points[4 * i + edge] = xy[2 * i + edge % 2];
                units[4 * i + edge] = edge < 2 ? -strides[i] : strides[i];
            }
        }
        Backend root = distances.backend().root();
        try (Scope scope = Scope.open()) {
            Tensor factors = root.tensor(units, Shape.of(count, 4), distances.dtype());
            return scope.keep(distances.mul(factors).add(root.tensor(points, factors.shape(), distances.dtype())));
        }
    }
}
