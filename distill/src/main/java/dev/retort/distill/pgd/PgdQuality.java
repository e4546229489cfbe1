package dev.retort.distill.pgd;

import dev.retort.detection.box.GroundTruth;
import dev.retort.detection.model.Places;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a teacher finds the objects of an image best (PGD, arXiv 2203.05469): the quality of a place for an object is
 * score^(1-a) * IoU^a of what is predicted there, with the score of the object's class and the IoU with its box. A cell has the quality of
 * its best place; the released code knows one place a cell.
 */
public final class PgdQuality {
    /** Union that IoU is divided by at least. */
    private static final double LEAST_UNION = 1e-6;

    private PgdQuality() {}

    /**
     * The best cells of each object, best first.
     *
     * @param logits of each level of one image, [R_l, K]
     * @param boxes likewise [R_l, 4], XYXY
     * @param exponent a, from 0 for the score alone to 1 for the IoU alone
     * @param most cells of an object
     * @return for each object cells of all levels joined
     */
    public static int[][] best(
            List<Tensor> logits,
            List<Tensor> boxes,
            List<Places> places,
            GroundTruth truth,
            double exponent,
            int most) {
        int objects = truth.count();
        if (objects == 0) {
            return new int[0][];
        }
        try (Scope scope = Scope.open()) {
            List<Tensor> levels = new ArrayList<>();
            for (int level = 0; level < places.size(); level++) {
                Places at = places.get(level);
                Tensor quality = quality(logits.get(level), boxes.get(level), truth, exponent);
                levels.add(quality.reshape(at.height() * at.width(), at.perCell(), objects)
                        .max(1));
            }
            Tensor all = levels.get(0).backend().concat(0, levels.toArray(Tensor[]::new));
            int count = Math.min(most, all.dim(0));
            long[] cells = all.topK(count, 0).indices().toLongs();
            int[][] best = new int[objects][count];
            for (int i = 0; i < cells.length; i++) {
                best[i % objects][i / objects] = Math.toIntExact(cells[i]);
            }
            return best;
        }
    }

    /** [R, objects]. */
    private static Tensor quality(Tensor logits, Tensor boxes, GroundTruth truth, double exponent) {
        try (Scope scope = Scope.open()) {
            Backend backend = logits.backend();
            Tensor classes = backend.tensor(truth.classes(), truth.count());
            Tensor scores = logits.indexSelect(1, classes).sigmoid();
            Tensor overlaps = overlaps(boxes, truth.boxes());
            return scope.keep(scores.pow(1 - exponent).mul(overlaps.pow(exponent)));
        }
    }

    /** IoU of boxes [R, 4] with others, [R, objects]. */
    private static Tensor overlaps(Tensor boxes, double[] others) {
        try (Scope scope = Scope.open()) {
            Backend backend = boxes.backend();
            Tensor wanted = backend.tensor(others, Shape.of(others.length / 4, 4), boxes.dtype())
                    .permute(1, 0);
            Tensor[] a = new Tensor[4];
            Tensor[] b = new Tensor[4];
            for (int edge = 0; edge < 4; edge++) {
                a[edge] = boxes.slice(1, edge, edge + 1);
                b[edge] = wanted.slice(0, edge, edge + 1);
            }
            Tensor width = a[2].minimum(b[2]).sub(a[0].maximum(b[0])).relu();
            Tensor height = a[3].minimum(b[3]).sub(a[1].maximum(b[1])).relu();
            Tensor common = width.mul(height);
            Tensor union = area(a).add(area(b)).sub(common);
            return scope.keep(common.div(union.clamp(LEAST_UNION, Double.POSITIVE_INFINITY)));
        }
    }

    private static Tensor area(Tensor[] edges) {
        return edges[2].sub(edges[0]).mul(edges[3].sub(edges[1]));
    }
}
