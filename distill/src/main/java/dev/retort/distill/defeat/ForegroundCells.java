package dev.retort.distill.defeat;

import dev.retort.detection.box.GroundTruth;
import dev.retort.distill.region.BoxLevel;
import dev.retort.distill.region.CellWeights;
import java.util.List;

/**
 * Which cells of a level are foreground in DeFeat's code: columns int(x1/s) to int(x2/s) - 1, at least one, rows likewise, of the boxes
 * that belong to the level by {@link BoxLevel}. Boxes of other levels are background here.
 */
public final class ForegroundCells {
    private ForegroundCells() {}

    /**
     * 1 in the foreground of one level.
     *
     * @param level its number from the finest, 0
     * @param levels of the pyramid
     * @param stride pixels of a cell
     * @param height cells of the level
     * @param width cells of the level
     */
    public static CellWeights of(List<GroundTruth> images, int level, int levels, int stride, int height, int width) {
        CellWeights cells = new CellWeights(images.size(), height, width);
        for (int image = 0; image < images.size(); image++) {
            double[] boxes = images.get(image).boxes();
            for (int box = 0; box < images.get(image).count(); box++) {
                if (BoxLevel.of(boxes, box, levels) == level) {
                    mark(cells, image, boxes, 4 * box, stride);
                }
            }
        }
        return cells;
    }

    private static void mark(CellWeights cells, int image, double[] boxes, int at, int stride) {
        int left = cell(boxes[at], stride, cells.width());
        int top = cell(boxes[at + 1], stride, cells.height());
        int right = Math.max(left + 1, end(boxes[at + 2], stride, cells.width()));
        int bottom = Math.max(top + 1, end(boxes[at + 3], stride, cells.height()));
        for (int y = top; y < bottom; y++) {
            for (int x = left; x < right; x++) {
                cells.values()[(image * cells.height() + y) * cells.width() + x] = 1;
            }
        }
    }

    private static int cell(double pixel, int stride, int cells) {
        return Math.max(0, Math.min(cells - 1, (int) (pixel / stride)));
    }

    private static int end(double pixel, int stride, int cells) {
        return Math.min(cells, (int) (pixel / stride));
    }
}
