package dev.retort.detection.model;

import dev.retort.detection.box.BoxCoder;
import dev.retort.detection.box.Boxes;
import dev.retort.detection.box.DistanceCoder;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.Arrays;

/** {@link BoxCoder} and {@link DistanceCoder} on tensors, differentiable: for losses that compare boxes. */
public final class BoxDecoding {
    private BoxDecoding() {}

    /**
     * The boxes that deltas lead to from anchors. Where a scale is limited by the coder its gradient is 0.
     *
     * @param deltas [..., n, 4]
     * @param anchors [n * 4] XYXY
     * @return [..., n, 4] XYXY
     */
    public static Tensor decode(BoxCoder coder, Tensor deltas, double[] anchors) {
        return decode(coder, deltas, anchors, Double.NEGATIVE_INFINITY);
    }

    /** As {@link #decode}, but with scales limited from below, too, as mmdetection does: to minus {@code scaleClamp}. */
    public static Tensor decodeBounded(BoxCoder coder, Tensor deltas, double[] anchors) {
        return decode(coder, deltas, anchors, -coder.scaleClamp());
    }

    private static Tensor decode(BoxCoder coder, Tensor deltas, double[] anchors, double least) {
        int n = Boxes.count(anchors);
        double[] centers = new double[2 * n];
        double[] steps = new double[2 * n];
        double[] halves = new double[2 * n];
        double[] scales = new double[2 * n];
        for (int i = 0; i < n; i++) {
            double width = Boxes.width(anchors, i);
            double height = Boxes.height(anchors, i);
            centers[2 * i] = anchors[4 * i] + width / 2;
            centers[2 * i + 1] = anchors[4 * i + 1] + height / 2;
            steps[2 * i] = width / coder.weightX();
            steps[2 * i + 1] = height / coder.weightY();
            halves[2 * i] = width / 2;
            halves[2 * i + 1] = height / 2;
            scales[2 * i] = 1 / coder.weightWidth();
            scales[2 * i + 1] = 1 / coder.weightHeight();
        }
        try (Scope scope = Scope.open()) {
            Tensor center = deltas.slice(-1, 0, 2).mul(pairs(deltas, steps)).add(pairs(deltas, centers));
            Tensor half = deltas.slice(-1, 2, 4)
                    .mul(pairs(deltas, scales))
                    .clamp(least, coder.scaleClamp())
                    .exp()
                    .mul(pairs(deltas, halves));
            return scope.keep(deltas.backend().concat(-1, center.sub(half), center.add(half)));
        }
    }

    /**
     * The boxes that distances from points stand for.
     *
     * @param distances [..., n, 4], in strides, to the left, top, right and bottom edge
     * @param points [n * 2] x and y, pixels
     * @param strides [n]
     * @return [..., n, 4] XYXY, pixels
     */
    public static Tensor decodeDistances(Tensor distances, double[] points, double[] strides) {
        int count = strides.length;
        double[] corners = new double[4 * count];
        double[] units = new double[4 * count];
        for (int i = 0; i < count; i++) {
            for (int edge = 0; edge < 4; edge++) {
                corners[4 * i + edge] = points[2 * i + edge % 2];
                units[4 * i + edge] = edge < 2 ? -strides[i] : strides[i];
            }
        }
        Backend root = distances.backend().root();
        try (Scope scope = Scope.open()) {
            Tensor factors = root.tensor(units, Shape.of(count, 4), distances.dtype());
            return scope.keep(distances.mul(factors).add(root.tensor(corners, factors.shape(), distances.dtype())));
        }
    }

    /** As {@link #decodeDistances}, from the centers of one level's {@code anchors} [n * 4]. */
    public static Tensor decodeCenterDistances(Tensor distances, double[] anchors, double stride) {
        double[] strides = new double[Boxes.count(anchors)];
        Arrays.fill(strides, stride);
        return decodeDistances(distances, Boxes.centers(anchors), strides);
    }

    private static Tensor pairs(Tensor like, double[] values) {
        Backend root = like.backend().root();
        return root.tensor(values, Shape.of(values.length / 2, 2), like.dtype());
    }
}
