package dev.retort.detection.data.augment;

import dev.retort.detection.box.Boxes;
import dev.retort.detection.box.ImageSize;
import dev.retort.detection.data.RgbImage;
import java.util.Arrays;

/**
 * A rectangle of whole pixels in an image.
 *
 * @param left its first column
 * @param top its first row
 */
record Window(int left, int top, int width, int height) {
    /** Level of pixels where no image is: the middle of 0..255. */
    static final byte GRAY = (byte) 128;

    /** Gray pixels: {@code [height, width, 3]}. */
    static byte[] gray(int width, int height) {
        byte[] rgb = new byte[Math.multiplyExact(3, Math.multiplyExact(width, height))];
        Arrays.fill(rgb, GRAY);
        return rgb;
    }

    /** The pixels of an image in this window. */
    RgbImage of(RgbImage image) {
        byte[] rgb = new byte[3 * width * height];
        copy(image, rgb, width, 0, 0);
        return new RgbImage(width, height, rgb);
    }

    /** Writes the pixels of an image in this window to other pixels, {@code rowWidth} of them a row, from (x, y) on. */
    void copy(RgbImage image, byte[] to, int rowWidth, int x, int y) {
        for (int row = 0; row < height; row++) {
            int from = 3 * ((top + row) * image.width() + left);
            System.arraycopy(image.rgb(), from, to, 3 * ((y + row) * rowWidth + x), 3 * width);
        }
    }

    /** Boxes, XYXY, clipped to this window and counted from its corner. */
    double[] clip(double[] boxes) {
        double[] moved = boxes.clone();
        for (int i = 0; i < moved.length; i++) {
            moved[i] -= i % 2 == 0 ? left : top;
        }
        return Boxes.clip(moved, new ImageSize(height, width));
    }

    /** Whether the center of box {@code i} lies in this window. */
    boolean hasCenter(double[] boxes, int i) {
        double x = (boxes[4 * i] + boxes[4 * i + 2]) / 2;
        double y = (boxes[4 * i + 1] + boxes[4 * i + 3]) / 2;
        return x >= left && x < left + width && y >= top && y < top + height;
    }
}
