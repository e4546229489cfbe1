package dev.retort.kernels.simd.internal.engine;

import dev.retort.kernels.simd.internal.product.TileKernels;

/**
 * A feature map read as the matrix of its patches, without ever storing that matrix. Row r is an output pixel (image, y, x),
 * outermost first; a column is (tap row, tap column, channel). Element = the channel of source pixel
 * {@code (y * stride + dy[tapRow], x * stride + dx[tapColumn])}, 0 outside the image.
 *
 * <p>Taps that are neighbors in memory are copied as one run, so a 7 x 7 x 3 patch is seven copies of 21 numbers.
 *
 * @param <A> float[] or double[]
 */
final class PatchRows<A> {
    private final TileKernels<A> tiles;
    private final A source;
    private final int offset;
    private final int height;
    private final int width;
    private final int pixelStep;
    private final int rowsOut;
    private final int columnsOut;
    private final int strideY;
    private final int strideX;
    private final int[] lineY;
    private final int[] lineX;
    private final int pixelsPerLine;
    private final int channels;
    private final int lineLength;

    /**
     * @param offset index of the first channel wanted of the first pixel
     * @param pixelStep elements from pixel to pixel
     * @param channels channels wanted
     * @param rowsOut rows of output pixels of an image, {@code columnsOut} in each
     */
    PatchRows(
            TileKernels<A> tiles,
            A source,
            int offset,
            int height,
            int width,
            int pixelStep,
            int channels,
            int rowsOut,
            int columnsOut,
            int strideY,
            int strideX,
            int[] dy,
            int[] dx) {
        this.tiles = tiles;
        this.source = source;
        this.offset = offset;
        this.height = height;
        this.width = width;
        this.pixelStep = pixelStep;
        this.rowsOut = rowsOut;
        this.columnsOut = columnsOut;
        this.strideY = strideY;
        this.strideX = strideX;
        this.channels = channels;
        boolean contiguous = channels == pixelStep && consecutive(dx);
        this.pixelsPerLine = contiguous ? dx.length : 1;
        this.lineLength = pixelsPerLine * channels;
        int linesPerTapRow = contiguous ? 1 : dx.length;
        this.lineY = new int[dy.length * linesPerTapRow];
        this.lineX = new int[lineY.length];
        for (int line = 0; line < lineY.length; line++) {
            lineY[line] = dy[line / linesPerTapRow];
            lineX[line] = dx[line % linesPerTapRow];
        }
    }

    private static boolean consecutive(int[] dx) {
        for (int i = 1; i < dx.length; i++) {
            if (dx[i] != dx[i - 1] + 1) {
                return false;
            }
        }
        return dx.length > 0;
    }

    /** Length of a row: taps times channels. */
    int columns() {
        return lineY.length * lineLength;
    }

    /** Copies columns [column, column + count) of rows [row, row + rows) to rows {@code step} apart. */
    void pack(int row, int rows, int column, int count, A to, int toOff, int step) {
        if (count == 0) {
            return;
        }
        int x = row % columnsOut;
        int y = row / columnsOut % rowsOut;
        int image = row / columnsOut / rowsOut;
        for (int i = 0; i < rows; i++) {
            int imageOff = offset + image * height * width * pixelStep;
            packRow(imageOff, y * strideY, x * strideX, column, count, to, toOff + i * step);
            if (++x == columnsOut) {
                x = 0;
                if (++y == rowsOut) {
                    y = 0;
                    image++;
                }
            }
        }
    }

    private void packRow(int imageOff, int originY, int originX, int column, int count, A to, int toOff) {
        int target = toOff;
        int line = column / lineLength;
        int from = column % lineLength;
        int remaining = count;
        while (remaining > 0) {
            int length = Math.min(lineLength - from, remaining);
            packLine(imageOff, originY + lineY[line], originX + lineX[line], from, length, to, target);
            target += length;
            remaining -= length;
            from = 0;
            line++;
        }
    }

    /** Part [from, from + length) of the run of pixels that starts at (y, x). */
    private void packLine(int imageOff, int y, int x, int from, int length, A to, int target) {
        int to0 = target;
        int end = target + length;
        if (y >= 0 && y < height) {
            int firstInside = Math.max(0, -x) * channels;
            int endInside = Math.min(pixelsPerLine, width - x) * channels;
            int first = Math.max(from, firstInside);
            int last = Math.min(from + length, endInside);
            if (first < last) {
                int at = target + first - from;
                tiles.clear(to, to0, at);
                tiles.copy(source, imageOff + (y * width + x) * pixelStep + first, to, at, last - first);
                to0 = at + last - first;
            }
        }
        tiles.clear(to, to0, end);
    }
}
