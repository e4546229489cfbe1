package dev.retort.distill.fgd;

import dev.retort.detection.box.GroundTruth;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.List;

/**
 * How much each cell of one level counts (FGD, arXiv 2111.11837, section 3.1): in the foreground one over the number of
 * cells of the smallest box there, in the background one over the number of its cells. An image without boxes is all background, one
 * that boxes cover has none.
 *
 * @param foreground [images * height * width], row by row
 * @param background likewise
 */
public record FgdMasks(int images, int height, int width, double[] foreground, double[] background) {
    /**
     * Of a batch's boxes. A box covers columns floor(x1 * W/w) to ceil(x2 * W/w), both included, W cells standing for w pixels, and
     * rows likewise; what is beyond the map counts in its size, too. So it is in the released code.
     *
     * @param paddedHeight of the batch, pixels
     * @param paddedWidth likewise
     * @param height of the level, cells
     * @param width likewise
     */
    public static FgdMasks of(
            List<GroundTruth> truth, int paddedHeight, int paddedWidth, int height, int width, BoxMapping mapping) {
        int cells = height * width;
        double[] foreground = new double[Math.multiplyExact(truth.size(), cells)];
        double[] background = new double[foreground.length];
        FgdMasks masks = new FgdMasks(truth.size(), height, width, foreground, background);
        for (int n = 0; n < truth.size(); n++) {
            GroundTruth image = truth.get(n);
            double pixelHeight = mapping.height(image, paddedHeight);
            double pixelWidth = mapping.width(image, paddedWidth);
            for (int box = 0; box < image.count(); box++) {
                masks.mark(n, image.boxes(), 4 * box, pixelHeight, pixelWidth);
            }
            masks.fillBackground(n * cells, cells);
        }
        return masks;
    }

    private void mark(int image, double[] boxes, int at, double pixelHeight, double pixelWidth) {
        int left = (int) Math.floor(boxes[at] * width / pixelWidth);
        int top = (int) Math.floor(boxes[at + 1] * height / pixelHeight);
        int right = (int) Math.ceil(boxes[at + 2] * width / pixelWidth);
        int bottom = (int) Math.ceil(boxes[at + 3] * height / pixelHeight);
        double value = 1.0 / (bottom + 1 - top) / (right + 1 - left);
        for (int row = Math.max(0, top); row <= Math.min(bottom, height - 1); row++) {
            for (int column = Math.max(0, left); column <= Math.min(right, width - 1); column++) {
                int cell = (image * height + row) * width + column;
                foreground[cell] = Math.max(foreground[cell], value);
            }
        }
    }

    private void fillBackground(int start, int cells) {
        int count = 0;
        for (int cell = start; cell < start + cells; cell++) {
            count += foreground[cell] == 0 ? 1 : 0;
        }
        for (int cell = start; cell < start + cells; cell++) {
            background[cell] = foreground[cell] == 0 ? 1.0 / count : 0;
        }
    }

    /** The foreground's weights as a constant [N, h, w, 1] of the type and on the backend of another tensor. */
    public Tensor foreground(Tensor like) {
        return tensor(foreground, like);
    }

    /** The background's weights likewise. */
    public Tensor background(Tensor like) {
        return tensor(background, like);
    }

    private Tensor tensor(double[] weights, Tensor like) {
        return like.backend().root().tensor(weights, Shape.of(images, height, width, 1), like.dtype());
    }
}
