package dev.retort.detection.data;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.util.Arrays;

/** Brings a decoder's image to 8-bit RGB as it is shown: on its canvas, turned by its tag. */
final class PictureSamples {
    private static final int CHANNELS = 3;
    private static final int FULL = 255;
    private static final int MOST_BITS = 16;

    private PictureSamples() {}

    /** Samples of one row of an image: {@code [width, 3]}, as integers 0..255. */
    @FunctionalInterface
    private interface Rows {
        void read(int y, int[] rgb);
    }

    /**
     * The picture.
     *
     * @param name for messages
     */
    static Picture shown(BufferedImage image, PictureHeader header, String name) {
        refuseMisfit(image, header, name);
        PictureHeader.Place place = header.place();
        byte[] rgb = filled(header, place.around());
        Orientation.Steps steps = header.orientation().steps(header.storedWidth(), header.storedHeight());
        Rows rows = rows(image);
        int[] row = new int[CHANNELS * image.getWidth()];
        for (int y = 0; y < image.getHeight(); y++) {
            rows.read(y, row);
            int at = CHANNELS * (steps.start() + place.left() * steps.column() + (place.top() + y) * steps.row());
            for (int from = 0; from < row.length; from += CHANNELS, at += CHANNELS * steps.column()) {
                rgb[at] = (byte) row[from];
                rgb[at + 1] = (byte) row[from + 1];
                rgb[at + 2] = (byte) row[from + 2];
            }
        }
        return new Picture(header.width(), header.height(), rgb);
    }

    private static byte[] filled(PictureHeader header, int colour) {
        byte[] rgb = new byte[Math.toIntExact(CHANNELS * header.pixels())];
        for (int i = 0; colour != 0 && i < rgb.length; i += CHANNELS) {
            rgb[i] = (byte) (colour >> 16);
            rgb[i + 1] = (byte) (colour >> 8);
            rgb[i + 2] = (byte) colour;
        }
        return rgb;
    }

    private static void refuseMisfit(BufferedImage image, PictureHeader header, String name) {
        PictureHeader.Place place = header.place();
        boolean canvas = header.format() == PictureFormat.GIF;
        boolean fits = canvas
                ? place.left() + image.getWidth() <= header.storedWidth()
                        && place.top() + image.getHeight() <= header.storedHeight()
                : image.getWidth() == header.storedWidth() && image.getHeight() == header.storedHeight();
        if (!fits) {
            throw PictureIntegrity.damaged(
                    name,
                    "its header declares " + header.storedWidth() + "x" + header.storedHeight()
                            + " pixels, and there are " + image.getWidth() + "x" + image.getHeight(),
                    null);
        }
        int bits = Arrays.stream(image.getSampleModel().getSampleSize()).max().orElseThrow();
        if (bits > MOST_BITS) {
            throw new PictureException(
                    PictureFault.FORMAT,
                    "Picture " + name + " has samples of " + bits + " bits, which are not read (1 to " + MOST_BITS
                            + " are). Convert it.");
        }
    }

    private static Rows rows(BufferedImage image) {
        ColorModel colours = image.getColorModel();
        int bands = image.getRaster().getNumBands();
        if (colours instanceof IndexColorModel || bands > CHANNELS + 1) {
            return byColourModel(image);
        }
        return byBands(image, bands);
    }

    /** The samples as stored: Java's own conversion would take grey for linear light and brighten it. */
    private static Rows byBands(BufferedImage image, int bands) {
        Raster raster = image.getRaster();
        int width = image.getWidth();
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

    private static Rows byColourModel(BufferedImage image) {
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
