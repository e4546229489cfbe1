package dev.retort.detection.model;

/**
 * Where one level predicts.
 *
 * @param height cells of the level
 * @param width cells of the level
 * @param perCell places of a cell, A
 * @param boxes [H*W*A * 4] XYXY in pixels of the batch, cell by cell: anchors; for points, squares of the level's stride around
 *     them
 */
public record Places(int height, int width, int perCell, double[] boxes) {
    public Places {
        if (boxes.length != 4L * height * width * perCell) {
            throw new IllegalArgumentException(boxes.length + " coordinates do not make " + perCell
                    + " boxes for each of " + height + "x" + width + " cells");
        }
    }

    /** Number of places, R. */
    public int count() {
        return height * width * perCell;
    }
}
