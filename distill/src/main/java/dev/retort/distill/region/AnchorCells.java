package dev.retort.distill.region;

import dev.retort.detection.box.Boxes;
import dev.retort.detection.box.GroundTruth;
import dev.retort.detection.box.Iou;
import dev.retort.detection.model.Places;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;

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
            for (int box = 0; box < images.get(image).count(); box++) {
                // Box by box: all with all anchors are a hundred megabytes in a crowded image.
                double[] one = measured(Boxes.select(boxes, new int[] {box}));
                List<double[]> overlaps =
                        anchors.stream().map(level -> Iou.pairwise(one, level)).toList();
                double[] best = best(overlaps, BoxLevel.of(boxes, box, levels.size()));
                for (int level = 0; level < best.length; level++) {
                    mark(levels.get(level), overlaps.get(level), SHARE * best[level], image, marked.get(level));
                }
            }
        }
        return marked;
    }

    /** For each level the best IoU that its anchors are compared with; out of reach where the box marks nothing. */
    private double[] best(List<double[]> overlaps, int own) {
        double[] best = overlaps.stream()
                .mapToDouble(level -> DoubleStream.of(level).max().orElse(0))
                .toArray();
        double overall = DoubleStream.of(best).max().orElse(0);
        for (int level = 0; level < best.length; level++) {
            best[level] = switch (reference) {
                case ALL -> overall;
                case EACH -> best[level];
                case ASSIGNED -> level == own ? best[level] : Double.POSITIVE_INFINITY;
            };
        }
        return best;
    }

    private static void mark(Places places, double[] overlaps, double threshold, int image, CellWeights marked) {
        int cells = places.height() * places.width();
        for (int place = 0; place < places.count(); place++) {
            if (overlaps[place] > threshold) {
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
