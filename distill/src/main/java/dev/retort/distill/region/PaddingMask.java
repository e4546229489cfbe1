package dev.retort.distill.region;

import dev.retort.detection.box.GroundTruth;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Which cells of a batch's pyramid levels are only padding. A level's stride is measured, (H/h + W/w)/2 for a batch
 * padded to [H, W] and a level of [h, w] cells; an image's rows below ceil(height/stride) and columns below
 * ceil(width/stride) count.
 *
 * @param height cells of the level
 * @param width cells of the level
 * @param rows {@code [N]}: valid rows of each image
 * @param columns {@code [N]}: valid columns of each image
 */
public record PaddingMask(int height, int width, int[] rows, int[] columns) {

    /** The mask of one level of {@code height} x {@code width} cells. */
    public static PaddingMask of(List<GroundTruth> images, int paddedHeight, int paddedWidth, int height, int width) {
        double stride = ((double) paddedHeight / height + (double) paddedWidth / width) / 2;
        int[] rows = new int[images.size()];
        int[] columns = new int[images.size()];
        for (int n = 0; n < rows.length; n++) {
            GroundTruth image = images.get(n);
            if (image.height() > paddedHeight || image.width() > paddedWidth) {
                throw new ShapeException("Image " + image.id() + " of " + image.height() + "x" + image.width()
                        + " does not fit the padded size " + paddedHeight + "x" + paddedWidth);
            }
            rows[n] = Math.min(height, (int) Math.ceil(image.height() / stride));
            columns[n] = Math.min(width, (int) Math.ceil(image.width() / stride));
        }
        return new PaddingMask(height, width, rows, columns);
    }

    /** The masks of pyramid levels [N, h, w, C], in their order. */
    public static List<PaddingMask> of(
            List<GroundTruth> images, int paddedHeight, int paddedWidth, List<Tensor> levels) {
        List<PaddingMask> masks = new ArrayList<>();
        for (Tensor level : levels) {
            Shape shape = level.shape();
            if (shape.rank() != 4 || shape.dim(0) != images.size()) {
                throw new ShapeException(
                        "A pyramid level of " + images.size() + " images must be [N, h, w, C], not " + shape);
            }
            masks.add(of(images, paddedHeight, paddedWidth, shape.dim(1), shape.dim(2)));
        }
        return masks;
    }

    /** Whether each cell is padding: {@code [N, height, width]} flattened. */
    public boolean[] padding() {
        boolean[] padding = new boolean[rows.length * height * width];
        for (int n = 0, i = 0; n < rows.length; n++) {
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    padding[i++] = y >= rows[n] || x >= columns[n];
                }
            }
        }
        return padding;
    }

    /** The masks of all levels joined as the flattened pyramid is: {@code [N, S]} flattened. */
    public static boolean[] join(List<PaddingMask> levels) {
        int images = levels.get(0).rows.length;
        int length =
                levels.stream().mapToInt(level -> level.height * level.width).sum();
        boolean[] joined = new boolean[images * length];
        int start = 0;
        for (PaddingMask level : levels) {
            int cells = level.height * level.width;
            boolean[] padding = level.padding();
            for (int n = 0; n < images; n++) {
                System.arraycopy(padding, n * cells, joined, n * length + start, cells);
            }
            start += cells;
        }
        return joined;
    }
}
