package dev.retort.detection.model.fcos;

import dev.retort.detection.box.Boxes;
import java.util.Arrays;
import java.util.List;

/**
 * Which ground truth each point stands for (arXiv 1904.01355, sections 3.1 and 3.2). A point is foreground of a box that it lies
 * inside, whose center is near, and for which its level is: the largest of its distances to the four edges is in the level's range. Of
 * several such boxes the smallest wins, of equally small ones the first. No point is ignored.
 *
 * @param radius points nearer than this to the center along both axes, in strides, are near; 0 takes all
 * @param rangeEnds upper ends of the levels' ranges but the last one's, which has none; a range begins where the one below ends
 * @param includesEnds whether ranges include their ends
 * @param float32Areas whether float32(1e8 - area) is what is compared, whose steps are 8
 */
public record FcosMatcher(double radius, List<Double> rangeEnds, boolean includesEnds, boolean float32Areas) {
    /** What a point of the background is matched with. */
    public static final int BACKGROUND = -1;

    public FcosMatcher {
        rangeEnds = List.copyOf(rangeEnds);
    }

    /** The matcher that these settings ask for. */
    public static FcosMatcher of(FcosSettings settings) {
        return new FcosMatcher(
                settings.centerSamplingRadius(),
                settings.sizeRanges(),
                settings.variant().includesRangeEnds(),
                settings.variant().comparesAreasInFloat32());
    }

    /**
     * Matches the points of one image.
     *
     * @param levels finest first
     * @param boxes [n * 4] XYXY, pixels
     * @return of each level, for each point: the index of its box or {@link #BACKGROUND}
     * @throws IllegalArgumentException if a coordinate is not finite, or there are more levels than ranges
     */
    public int[][] match(List<FcosPoints> levels, double[] boxes) {
        if (levels.size() > rangeEnds.size() + 1) {
            throw new IllegalArgumentException(
                    "There are " + levels.size() + " levels, but ranges for " + (rangeEnds.size() + 1));
        }
        for (double coordinate : boxes) {
            if (!Double.isFinite(coordinate)) {
                throw new IllegalArgumentException("A ground-truth box has the coordinate " + coordinate);
            }
        }
        int[] order = bySize(boxes);
        int[][] matched = new int[levels.size()][];
        for (int level = 0; level < matched.length; level++) {
            FcosPoints points = levels.get(level);
            matched[level] = new int[points.count()];
            for (int i = 0; i < matched[level].length; i++) {
                matched[level][i] = first(order, boxes, level, points, i);
            }
        }
        return matched;
    }

    /** Indexes of the boxes, smallest first, in their order where equal. */
    private int[] bySize(double[] boxes) {
        double[] sizes = new double[Boxes.count(boxes)];
        for (int i = 0; i < sizes.length; i++) {
            double area = Boxes.area(boxes, i);
            sizes[i] = float32Areas ? -(float) (1e8 - area) : area;
        }
        Integer[] order = new Integer[sizes.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (a, b) -> Double.compare(sizes[a], sizes[b]));
        return Arrays.stream(order).mapToInt(Integer::intValue).toArray();
    }

    private int first(int[] order, double[] boxes, int level, FcosPoints points, int i) {
        for (int box : order) {
            if (isForeground(boxes, box, level, points.xy()[2 * i], points.xy()[2 * i + 1], points.stride())) {
                return box;
            }
        }
        return BACKGROUND;
    }

    private boolean isForeground(double[] boxes, int box, int level, double x, double y, int stride) {
        double left = x - boxes[4 * box];
        double top = y - boxes[4 * box + 1];
        double right = boxes[4 * box + 2] - x;
        double bottom = boxes[4 * box + 3] - y;
        if (!(left > 0 && top > 0 && right > 0 && bottom > 0)) {
            return false;
        }
        if (radius > 0) {
            double fromCenterX = Math.abs(x - (boxes[4 * box] + boxes[4 * box + 2]) / 2);
            double fromCenterY = Math.abs(y - (boxes[4 * box + 1] + boxes[4 * box + 3]) / 2);
            if (!(fromCenterX < radius * stride && fromCenterY < radius * stride)) {
                return false;
            }
        }
        double largest = Math.max(Math.max(left, right), Math.max(top, bottom));
        double low = level == 0 ? 0 : rangeEnds.get(level - 1);
        double high = level == rangeEnds.size() ? Double.POSITIVE_INFINITY : rangeEnds.get(level);
        return includesEnds ? largest >= low && largest <= high : largest > low && largest < high;
    }
}
