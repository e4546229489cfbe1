package dev.retort.distill.region;

import dev.retort.detection.box.GroundTruth;
import dev.retort.detection.box.Iou;
import dev.retort.detection.model.Places;
import java.util.ArrayList;
import java.util.List;

/**
 * The cells near objects of fine-grained mimic (FGFI, arXiv 1906.03609, section 3.1): those with an anchor whose IoU with a box of
 * the ground truth is above {@link #SHARE} of the best IoU that an anchor has with it.
 *
 * @param reference among which anchors the best is sought
 * @param legacyPixels take boxes and anchors for one pixel wider and higher, as the released code does
 */
public record AnchorCells(Reference reference, boolean legacyPixels) {
    /** The paper's psi. */
    public static final double SHARE = 0.5;

    /** The best of all levels, boxes as they are. */
    public static final AnchorCells DEFAULT = new AnchorCells(Reference.ALL, false);

    /** Among which anchors the best is sought, and which levels a box marks. */
    public enum Reference {
        /** Those of all levels, so that a box marks cells of the levels that are for its size. */
        ALL,
        /** Those of each level by itself, so that a box marks cells on every level: the single-level release taken literally. */
        EACH,
        /** Those of the one level that a box belongs to by {@link BoxLevel}, which alone it marks: DeFeat's version. */
        ASSIGNED
    }

    /** 1 in the marked cells of every level. */
    public List<CellWeights> mark(List<Places> levels, List<GroundTruth> images) {
        List<CellWeights> marked = new ArrayList<>();
        List<double[]> anchors = new ArrayList<>();
        for (Places level : levels) {
            marked.add(new CellWeights(images.size(), level.height(), level.width()));
            anchors.add(measured(level.boxes()));
        }
        for (int image = 0; image < images.size(); image++) {
            double[] boxes = images.get(image).boxes();
            List<double[]> overlaps = new ArrayList<>();
            for (double[] level : anchors) {
                overlaps.add(Iou.pairwise(measured(boxes), level));
            }
            for (int box = 0; box < images.get(image).count(); box++) {
                double[] best = best(levels, overlaps, box, BoxLevel.of(boxes, box, levels.size()));
                for (int level = 0; level < best.length; level++) {
                    mark(levels.get(level), overlaps.get(level), box, SHARE * best[level], image, marked.get(level));
                }
            }
        }
        return marked;
    }

    /** For each level the best IoU that its anchors are compared with; out of reach where the box marks nothing. */
    private double[] best(List<Places> levels, List<double[]> overlaps, int box, int own) {
        double[] best = new double[levels.size()];
        double overall = 0;
        for (int level = 0; level < best.length; level++) {
            int count = levels.get(level).count();
            for (int place = box * count; place < (box + 1) * count; place++) {
                best[level] = Math.max(best[level], overlaps.get(level)[place]);
            }
            overall = Math.max(overall, best[level]);
        }
        for (int level = 0; level < best.length; level++) {
            best[level] = switch (reference) {
                case ALL -> overall;
                case EACH -> best[level];
                case ASSIGNED -> level == own ? best[level] : Double.POSITIVE_INFINITY;
            };
        }
        return best;
    }

    private static void mark(
            Places places, double[] overlaps, int box, double threshold, int image, CellWeights marked) {
        int cells = places.height() * places.width();
        int start = box * places.count();
        for (int place = 0; place < places.count(); place++) {
            if (overlaps[start + place] > threshold) {
                marked.values()[image * cells + place / places.perCell()] = 1;
            }
        }
    }

    private double[] measured(double[] boxes) {
        if (!legacyPixels) {
            return boxes;
        }
        double[] larger = boxes.clone();
        for (int edge = 2; edge < larger.length; edge += 4) {
            larger[edge]++;
            larger[edge + 1]++;
        }
        return larger;
    }
}
