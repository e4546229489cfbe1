package dev.retort.detection.model.retinanet;

import dev.retort.detection.box.AnchorLabeler;
import dev.retort.detection.box.BoxCoder;
import dev.retort.detection.box.Boxes;
import dev.retort.detection.box.DistanceCoder;
import dev.retort.detection.model.BoxDecoding;
import dev.retort.detection.model.BoxDistribution;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The foreground anchors of one level, image by image, and their loss of boxes.
 *
 * @param rows [F], indexes among the N * R_l anchors of all images
 * @param anchors [F * 4] XYXY
 * @param boxes [F * 4] XYXY, what each should predict
 */
record ForegroundBoxes(int[] rows, double[] anchors, double[] boxes) {
    /** @param start index of the level's first anchor among those of all levels */
    static ForegroundBoxes of(RetinaNetLoss.Targets targets, int level, int start) {
        double[] anchors = targets.anchors().get(level);
        int count = Boxes.count(anchors);
        List<Integer> rows = new ArrayList<>();
        List<double[]> sources = new ArrayList<>();
        List<double[]> goals = new ArrayList<>();
        for (int n = 0; n < targets.labels().size(); n++) {
            AnchorLabeler.Labels labels = targets.labels().get(n);
            for (int anchor : labels.foreground()) {
                if (anchor >= start && anchor < start + count) {
                    rows.add(n * count + anchor - start);
                    sources.add(Boxes.select(anchors, new int[] {anchor - start}));
                    goals.add(Boxes.select(targets.boxes().get(n), new int[] {labels.matched()[anchor]}));
                }
            }
        }
        return new ForegroundBoxes(
                rows.stream().mapToInt(Integer::intValue).toArray(),
                RetinaNetLoss.join(sources),
                RetinaNetLoss.join(goals));
    }

    /**
     * The loss of boxes summed over these anchors, a scalar; for {@link RetinaNetLoss.Box.Distribution} that of the distributions is
     * the second.
     *
     * @param encoded the level's boxes as the head gives them, [N, R_l, k]
     */
    List<Tensor> losses(RetinaNetLoss.Box box, Tensor encoded, int level) {
        try (Scope scope = Scope.open()) {
            Backend root = encoded.backend().root();
            Tensor picked = encoded.reshape(-1, encoded.dim(2)).indexSelect(0, root.tensor(rows, rows.length));
            if (box instanceof RetinaNetLoss.Box.SmoothL1 l1) {
                Tensor wanted = root.tensor(BoxCoder.RETINANET.encode(anchors, boxes), picked.shape(), encoded.dtype());
                return List.of(scope.keep(
                        picked.backend().smoothL1(picked, wanted, l1.beta()).sum()));
            }
            Tensor wanted = root.tensor(boxes, Shape.of(rows.length, 4), encoded.dtype());
            if (box instanceof RetinaNetLoss.Box.Distribution distribution) {
                int stride = distribution.strides().get(level);
                Tensor expected = BoxDecoding.decodeCenterDistances(BoxDistribution.distances(picked), anchors, stride);
                Tensor focal = BoxDistribution.focalLoss(picked, distances(stride));
                return List.of(
                        scope.keep(expected.giou(wanted).sum().mul(RetinaNetLoss.Box.Distribution.GIOU_WEIGHT)),
                        scope.keep(focal.sum().mul(BoxDistribution.FOCAL_WEIGHT)));
            }
            Tensor decoded = BoxDecoding.decode(BoxCoder.RETINANET, picked, anchors);
            return List.of(scope.keep(decoded.giou(wanted).sum()));
        }
    }

    /** [F * 4]: from the centers of anchors to the edges of boxes, in strides. */
    private double[] distances(double stride) {
        double[] centers = Boxes.centers(anchors);
        double[] distances = new double[anchors.length];
        for (int i = 0; i < rows.length; i++) {
            double[] edges = DistanceCoder.encode(centers[2 * i], centers[2 * i + 1], stride, boxes, i);
            System.arraycopy(edges, 0, distances, 4 * i, 4);
        }
        return distances;
    }
}
