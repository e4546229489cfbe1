package dev.retort.distill.region;

import dev.retort.detection.box.GroundTruth;
import dev.retort.detection.box.Iou;
import dev.retort.detection.model.Places;
import java.util.ArrayList;
import java.util.List;

/**
 * The cells near objects of fine-grained mimic (FGFI, arXiv 1906.03609, section 3.1): those with an anchor whose IoU with a box of
 * the ground truth is above {@link #SHARE} of the best IoU that an anchor has with it.
 */
public final class AnchorCells {
    /** The paper's psi. */
    public static final double SHARE = 0.5;

    private AnchorCells() {}

    /** Among which anchors the best is sought. */
    public enum Reference {
        /** Those of all levels, so that a box marks cells of the levels that are for its size. */
        ALL_LEVELS,
        /** Those of each level by itself, so that a box marks cells on every level: the single-level release taken literally. */
        EACH_LEVEL
    }

    /** 1 in the marked cells of every level. */
    public static List<CellWeights> of(Reference reference, List<Places> levels, List<GroundTruth> images) {
        List<CellWeights> marked = new ArrayList<>();
        for (Places level : levels) {
            marked.add(new CellWeights(images.size(), level.height(), level.width()));
        }
        for (int image = 0; image < images.size(); image++) {
            List<double[]> overlaps = new ArrayList<>();
            for (Places level : levels) {
                overlaps.add(Iou.pairwise(images.get(image).boxes(), level.boxes()));
            }
            for (int box = 0; box < images.get(image).count(); box++) {
                mark(reference, levels, overlaps, image, box, marked);
            }
        }
        return marked;
    }

    private static void mark(
            Reference reference,
            List<Places> levels,
            List<double[]> overlaps,
            int image,
            int box,
            List<CellWeights> marked) {
        double overall = 0;
        for (int level = 0; level < levels.size(); level++) {
            overall = Math.max(
                    overall, best(overlaps.get(level), box, levels.get(level).count()));
        }
        for (int level = 0; level < levels.size(); level++) {
            Places places = levels.get(level);
            double[] overlap = overlaps.get(level);
            int start = box * places.count();
            double best = reference == Reference.ALL_LEVELS ? overall : best(overlap, box, places.count());
            float[] values = marked.get(level).values();
            int cells = places.height() * places.width();
            for (int place = 0; place < places.count(); place++) {
                if (overlap[start + place] > SHARE * best) {
                    values[image * cells + place / places.perCell()] = 1;
                }
            }
        }
    }

    private static double best(double[] overlap, int box, int count) {
        double best = 0;
        for (int place = box * count; place < (box + 1) * count; place++) {
            best = Math.max(best, overlap[place]);
        }
        return best;
    }
}
