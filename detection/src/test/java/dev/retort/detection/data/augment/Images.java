package dev.retort.detection.data.augment;

import dev.retort.detection.data.LabeledImage;
import dev.retort.detection.data.RgbImage;
import java.util.Arrays;

/** Small images for tests. */
final class Images {
    private Images() {}

    /** A gray image of these levels, row by row. */
    static RgbImage gray(int width, int... levels) {
        byte[] rgb = new byte[3 * levels.length];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) levels[i / 3];
        }
        return new RgbImage(width, levels.length / width, rgb);
    }

    /** A gray image of one level. */
    static RgbImage plain(int width, int height, int level) {
        int[] levels = new int[width * height];
        Arrays.fill(levels, level);
        return gray(width, levels);
    }

    /** An image with these boxes, whose classes count from 0. */
    static LabeledImage with(RgbImage image, double... boxes) {
        int[] classes = new int[boxes.length / 4];
        Arrays.setAll(classes, i -> i);
        return new LabeledImage(image, boxes, classes);
    }

    /** The red levels of a row. */
    static int[] row(RgbImage image, int y) {
        int[] levels = new int[image.width()];
        Arrays.setAll(levels, x -> image.value(x, y, 0));
        return levels;
    }
}
