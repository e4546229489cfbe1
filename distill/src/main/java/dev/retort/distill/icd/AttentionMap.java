package dev.retort.distill.icd;

import dev.retort.tensor.Tensor;
import java.util.List;

/**
 * Attention over an image's pyramid on the grid of its finest level; it sums to what the weights sum to.
 *
 * @param map [height * width], row-major
 */
public record AttentionMap(int height, int width, float[] map) {
    /**
     * Joins the levels: a coarse cell's weight is shared out evenly among the fine cells under it.
     *
     * @param weights holds one weight a cell, level after level, from {@code start}
     * @param levels [1, H, W, C] each, finest first; only shapes are read
     */
    static AttentionMap of(float[] weights, int start, List<Tensor> levels) {
        int height = levels.get(0).dim(1);
        int width = levels.get(0).dim(2);
        float[] map = new float[height * width];
        int offset = start;
        for (Tensor level : levels) {
            int rows = level.dim(1);
            int columns = level.dim(2);
            int[] cellOf = new int[map.length];
            int[] share = new int[rows * columns];
            for (int i = 0; i < map.length; i++) {
                int row = i / width * rows / height;
                int column = i % width * columns / width;
                cellOf[i] = row * columns + column;
                share[cellOf[i]]++;
            }
            for (int i = 0; i < map.length; i++) {
                map[i] += weights[offset + cellOf[i]] / share[cellOf[i]];
            }
            offset += rows * columns;
        }
        return new AttentionMap(height, width, map);
    }
}
