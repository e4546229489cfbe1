package dev.retort.nn;

import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;

/**
 * DETR's sine position embedding (arXiv 2005.12872, appendix A.4), a constant computed on the host. The position of a cell is
 * the number of valid cells up to it in its column (y) and row (x), divided by that of the whole column or row plus 1e-6, times
 * 2 pi. Feature i of a coordinate p is sin (i even) or cos (i odd) of p / temperature^(2*floor(i/2)/features); y's features
 * come first, then x's.
 *
 * @param features numbers a coordinate, half of the embedding's width
 */
public record SinePositionEmbedding(int features, double temperature) {
    private static final double EPS = 1e-6;

    public SinePositionEmbedding {
        if (features < 1 || !(temperature > 0)) {
            throw new IllegalArgumentException("Position embedding needs features >= 1 and a temperature > 0, got "
                    + features + " and " + temperature);
        }
    }

    /** With DETR's temperature 10000. */
    public SinePositionEmbedding(int features) {
        this(features, 10000);
    }

    /**
     * The embedding [N, H, W, 2*features].
     *
     * @param padding [N, H, W] row-major, true where a cell is padding
     */
    public Tensor embed(Backend backend, DType dtype, boolean[] padding, int images, int height, int width) {
        Shape shape = Shape.of(images, height, width, 2 * features);
        if (padding.length != (long) images * height * width) {
            throw new ShapeException("A padding mask for " + shape + " has " + (long) images * height * width
                    + " cells, got " + padding.length);
        }
        double[] values = new double[Math.toIntExact(shape.size())];
        double[][] lines = new double[Math.max(height, width) + 1][];
        for (int image = 0; image < images; image++) {
            int start = image * height * width;
            for (int column = 0; column < width; column++) {
                fillLine(values, padding, start + column, width, height, 0, lines);
            }
            for (int row = 0; row < height; row++) {
                fillLine(values, padding, start + row * width, 1, width, features, lines);
            }
        }
        return backend.tensor(values, shape, dtype);
    }

    /** {@link #embed(Backend, DType, boolean[], int, int, int)} for a BOOL tensor [N, H, W], which is read back. */
    public Tensor embed(Tensor padding, DType dtype) {
        if (padding.shape().rank() != 3) {
            throw new ShapeException("The padding mask is BOOL [N, H, W], got " + padding.shape());
        }
        return embed(
                padding.backend().root(), dtype, padding.toBooleans(), padding.dim(0), padding.dim(1), padding.dim(2));
    }

    /** One coordinate of the cells {@code first + i*step}, written from number {@code offset} of each cell on. */
    private void fillLine(
            double[] values, boolean[] padding, int first, int step, int length, int offset, double[][] lines) {
        int total = 0;
        for (int i = 0; i < length; i++) {
            total += padding[first + i * step] ? 0 : 1;
        }
        if (lines[total] == null) {
            lines[total] = line(total);
        }
        int count = 0;
        for (int i = 0; i < length; i++) {
            int cell = first + i * step;
            count += padding[cell] ? 0 : 1;
            System.arraycopy(lines[total], count * features, values, cell * 2 * features + offset, features);
        }
    }

    /** The features of a coordinate after 0, 1, ..., total valid cells of a line that has {@code total} of them. */
    private double[] line(int total) {
        double[] line = new double[(total + 1) * features];
        for (int count = 0; count <= total; count++) {
            double position = count / (total + EPS) * 2 * Math.PI;
            for (int f = 0; f < features; f++) {
                double angle = position / StrictMath.pow(temperature, 2.0 * (f / 2) / features);
                line[count * features + f] = f % 2 == 0 ? StrictMath.sin(angle) : StrictMath.cos(angle);
            }
        }
        return line;
    }
}
