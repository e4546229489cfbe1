package dev.retort.detection.data;

import java.awt.image.BufferedImage;

/**
 * An image of 8-bit RGB pixels: {@code rgb} is {@code [height, width, 3]}, row-major, red first. The array is not
 * copied: whoever makes an image hands it over, and nobody writes to it afterwards.
 */
public record RgbImage(int width, int height, byte[] rgb) implements Pixels {
    public RgbImage {
        if (width <= 0 || height <= 0 || rgb.length != 3L * width * height) {
            throw new IllegalArgumentException("An image of " + width + "x" + height + " pixels needs "
                    + 3L * width * height + " bytes, not " + rgb.length);
        }
    }

    /**
     * An image of a program's own: of any of its types, a subimage, or one with a color model of its own. Samples become what
     * {@link ImageFileReader} makes of the same samples in a file.
     *
     * @throws ImageException if its samples have more than 16 bits or a sign, or it has too many pixels for an array
     */
    public static RgbImage of(BufferedImage image) {
        return ImageSamples.of(image, "of a BufferedImage");
    }

    @Override
    public void normalize(Normalization normalization, float[] out, int offset, int rowLength) {
        normalization.apply(this, out, offset, rowLength);
    }

    @Override
    public RgbImage visible() {
        return this;
    }

    /** A black image. */
    public static RgbImage black(int width, int height) {
        return new RgbImage(width, height, new byte[Math.multiplyExact(3, Math.multiplyExact(width, height))]);
    }

    /** Channel c (0 red, 1 green, 2 blue) of a pixel, 0..255. */
    public int value(int x, int y, int c) {
        return rgb[(y * width + x) * 3 + c] & 0xff;
    }

    @Override
    public RgbImage flipped() {
        byte[] mirrored = new byte[rgb.length];
        for (int y = 0; y < height; y++) {
            int from = y * width * 3;
            int to = from + (width - 1) * 3;
            for (int x = 0; x < width; x++, from += 3, to -= 3) {
                mirrored[to] = rgb[from];
                mirrored[to + 1] = rgb[from + 1];
                mirrored[to + 2] = rgb[from + 2];
            }
        }
        return new RgbImage(width, height, mirrored);
    }
}
