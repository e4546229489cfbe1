package dev.retort.distill.region;

import dev.retort.detection.box.GroundTruth;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;

/**
 * A number for each cell of one level of N images, made on the host.
 *
 * @param values [N * height * width], row by row
 */
public record CellWeights(int images, int height, int width, float[] values) {
    public CellWeights {
        if (values.length != (long) images * height * width) {
            throw new IllegalArgumentException(
                    values.length + " numbers for " + images + " images of " + height + "x" + width + " cells");
        }
    }

    /** All cells 0. */
    public CellWeights(int images, int height, int width) {
        this(images, height, width, new float[Math.toIntExact((long) images * height * width)]);
    }

    /** As a constant [N, height, width, 1] of the type and on the backend of another tensor. */
    public Tensor tensor(Tensor like) {
        double[] numbers = new double[values.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = values[i];
        }
        return like.backend().root().tensor(numbers, Shape.of(images, height, width, 1), like.dtype());
    }

    /** The sum over all cells of all images. */
    public double sum() {
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        return sum;
    }

    /**
     * Marks the cells that an image's boxes overlap: columns floor(x1/s) to ceil(x2/s) - 1, at least one, rows likewise, s being the
     * level's stride on that axis.
     *
     * @param image its number in the batch
     * @param strideY pixels of a cell
     * @param strideX pixels of a cell
     */
    void mark(int image, GroundTruth truth, double strideY, double strideX) {
        for (int box = 0; box < truth.count(); box++) {
            int at = 4 * box;
            int left = first(truth.boxes()[at], strideX, width);
            int top = first(truth.boxes()[at + 1], strideY, height);
            int right = Math.max(left + 1, end(truth.boxes()[at + 2], strideX, width));
            int bottom = Math.max(top + 1, end(truth.boxes()[at + 3], strideY, height));
            for (int y = top; y < bottom; y++) {
                for (int x = left; x < right; x++) {
                    values[(image * height + y) * width + x] = 1;
                }
            }
        }
    }

    private static int first(double pixel, double stride, int cells) {
        return Math.min(cells - 1, Math.max(0, (int) Math.floor(pixel / stride)));
    }

    private static int end(double pixel, double stride, int cells) {
        return Math.min(cells, (int) Math.ceil(pixel / stride));
    }
}
