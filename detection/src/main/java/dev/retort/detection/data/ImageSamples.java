package dev.retort.detection.data;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.util.Arrays;

/**
 * Brings images in memory to 8-bit RGB: a decoder's as it is shown, on its canvas and turned by its tag, and a program's own as
 * it is. What the samples of each kind become, {@link ImageFileReader} tells.
 */
final class ImageSamples {
    private static final int CHANNELS = 3;
    private static final int FULL = 255;
    private static final int MOST_BITS = 16;

    private ImageSamples() {}

    /** Samples of one row of an image: {@code [width, 3]}, as integers 0..255. */
    @FunctionalInterface
    private interface Rows {
        void read(int y, int[] rgb);
    }

    /**
     * A program's image as an image.
     *
     * @param name for messages
     */
    static RgbImage of(BufferedImage image, String name) {
        int width = image.getWidth();
        int height = image.getHeight();
        if ((long) width * height > ImageFileReader.MOST_PIXELS) {
            throw new ImageException(
                    ImageFault.TOO_LARGE,
                    "Image " + name + " (" + width + "x" + height + ") is too large: at most "
                            + ImageFileReader.MOST_PIXELS + " pixels");
        }
        refuseDepth(image, name);
        byte[] rgb = new byte[CHANNELS * width * height];
        copy(image, rgb, 0, 1, width);
        return new RgbImage(width, height, rgb);
    }

    /**
     * The image of a file.
     *
     * @param image what the decoder made of it
     * @param name for messages
     */
    static RgbImage shown(BufferedImage image, ImageHeader header, String name) {
        refuseMisfit(image, header, name);
        refuseDepth(image, name);
        ImageHeader.Place place = header.place();
        byte[] rgb = filled(header, place.around());
        Orientation.Steps steps = header.orientation().steps(header.storedWidth(), header.storedHeight());
        int start = steps.start() + place.left() * steps.column() + place.top() * steps.row();
        copy(image, rgb, start, steps.column(), steps.row());
        return new RgbImage(header.width(), header.height(), rgb);
    }

    /** Writes pixel (x, y) of an image to pixel {@code start + x * column + y * line} of an image. */
    private static void copy(BufferedImage image, byte[] rgb, int start, int column, int line) {
        Rows rows = rows(image);
        int[] row = new int[CHANNELS * image.getWidth()];
        for (int y = 0; y < image.getHeight(); y++) {
            rows.read(y, row);
            int at = CHANNELS * (start + y * line);
            for (int from = 0; from < row.length; from += CHANNELS, at += CHANNELS * column) {
                rgb[at] = (byte) row[from];
                rgb[at + 1] = (byte) row[from + 1];
                rgb[at + 2] = (byte) row[from + 2];
            }
        }
    }

    private static byte[] filled(ImageHeader header, int color) {
        byte[] rgb = new byte[Math.toIntExact(CHANNELS * header.pixels())];
        for (int i = 0; color != 0 && i < rgb.length; i += CHANNELS) {
            rgb[i] = (byte) (color >> 16);
            rgb[i + 1] = (byte) (color >> 8);
            rgb[i + 2] = (byte) color;
        }
        return rgb;
    }

    private static void refuseMisfit(BufferedImage image, ImageHeader header, String name) {
        ImageHeader.Place place = header.place();
        boolean canvas = header.format() == ImageFormat.GIF;
        boolean fits = canvas
                ? place.left() + image.getWidth() <= header.storedWidth()
                        && place.top() + image.getHeight() <= header.storedHeight()
                : image.getWidth() == header.storedWidth() && image.getHeight() == header.storedHeight();
        if (!fits) {
            throw ImageIntegrity.damaged(
                    name,
                    "its header declares " + header.storedWidth() + "x" + header.storedHeight()
                            + " pixels, and there are " + image.getWidth() + "x" + image.getHeight(),
                    null);
        }
    }

    private static void refuseDepth(BufferedImage image, String name) {
        int bits = Arrays.stream(image.getSampleModel().getSampleSize()).max().orElseThrow();
        int type = image.getSampleModel().getDataType();
        if (bits > MOST_BITS || type == DataBuffer.TYPE_SHORT) {
            throw new ImageException(
                    ImageFault.FORMAT,
                    "Image " + name + " has samples of " + bits + " bits"
                            + (bits > MOST_BITS ? "" : " with a sign") + ", which are not read (1 to " + MOST_BITS
                            + " without a sign are). Convert it.");
        }
    }

    private static Rows rows(BufferedImage image) {
        ColorModel colors = image.getColorModel();
        int space = colors.getColorSpace().getType();
        boolean stored = space == ColorSpace.TYPE_RGB || space == ColorSpace.TYPE_GRAY;
        if (colors instanceof IndexColorModel || !stored) {
            return byColorModel(image);
        }
        return byBands(image, unmultiplied(image));
    }

    /** The samples before they were multiplied by the opacity, where they were. */
    private static Raster unmultiplied(BufferedImage image) {
        ColorModel colors = image.getColorModel();
        if (!colors.isAlphaPremultiplied() || !colors.hasAlpha()) {
            return image.getRaster();
        }
        WritableRaster samples = image.copyData(null);
        colors.coerceData(samples, false);
        return samples;
    }

    /** The samples as stored: Java's own conversion would take gray for linear light and brighten it. */
    private static Rows byBands(BufferedImage image, Raster raster) {
        int width = image.getWidth();
        int bands = raster.getNumBands();
        int[][] values = new int[CHANNELS][];
        int[] band = new int[CHANNELS];
        for (int c = 0; c < CHANNELS; c++) {
            band[c] = bands >= CHANNELS ? c : 0;
            values[c] = to8Bits(image.getSampleModel().getSampleSize(band[c]));
        }
        int[] samples = new int[width * bands];
        return (y, rgb) -> {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, samples);
            int to = 0;
            for (int from = 0; from < samples.length; from += bands) {
                for (int c = 0; c < CHANNELS; c++) {
                    rgb[to++] = values[c][samples[from + band[c]]];
                }
            }
        };
    }

    /** What each sample of so many bits becomes. */
    private static int[] to8Bits(int bits) {
        int[] values = new int[1 << bits];
        for (int i = 0; i < values.length; i++) {
            values[i] = bits >= Byte.SIZE ? i >> bits - Byte.SIZE : i * FULL / (values.length - 1);
        }
        return values;
    }

    private static Rows byColorModel(BufferedImage image) {
        int[] pixels = new int[image.getWidth()];
        return (y, rgb) -> {
            image.getRGB(0, y, pixels.length, 1, pixels, 0, pixels.length);
            int to = 0;
            for (int pixel : pixels) {
                rgb[to++] = pixel >> 16;
                rgb[to++] = pixel >> 8 & FULL;
                rgb[to++] = pixel & FULL;
            }
        };
    }
}
