package dev.retort.detection.data;

import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import javax.imageio.ImageIO;

/** Images in memory of every type that Java has, with random samples, and the files that hold exactly those. */
public final class SampleImages {
    private static final int WIDTH = 29;
    private static final int HEIGHT = 23;
    private static final int ALPHA = 3;

    /** Kinds of images that a program may have. */
    public enum Kind {
        RGB(BufferedImage.TYPE_INT_RGB),
        ARGB(BufferedImage.TYPE_INT_ARGB),
        ARGB_PRE(BufferedImage.TYPE_INT_ARGB_PRE),
        INT_BGR(BufferedImage.TYPE_INT_BGR),
        THREE_BYTE_BGR(BufferedImage.TYPE_3BYTE_BGR),
        FOUR_BYTE_ABGR(BufferedImage.TYPE_4BYTE_ABGR),
        FOUR_BYTE_ABGR_PRE(BufferedImage.TYPE_4BYTE_ABGR_PRE),
        RGB_565(BufferedImage.TYPE_USHORT_565_RGB),
        RGB_555(BufferedImage.TYPE_USHORT_555_RGB),
        GRAY(BufferedImage.TYPE_BYTE_GRAY),
        GRAY_16(BufferedImage.TYPE_USHORT_GRAY),
        BINARY(BufferedImage.TYPE_BYTE_BINARY),
        PALETTE(BufferedImage.TYPE_BYTE_INDEXED),
        GRAY_ALPHA(BufferedImage.TYPE_CUSTOM),
        RGB_16(BufferedImage.TYPE_CUSTOM),
        RGBA_16(BufferedImage.TYPE_CUSTOM),
        PALETTE_OF_4_BITS(BufferedImage.TYPE_BYTE_BINARY),
        PART_OF_A_LARGER_ONE(BufferedImage.TYPE_INT_RGB);

        /** The type that Java gives it. */
        public final int type;

        Kind(int type) {
            this.type = type;
        }
    }

    private SampleImages() {}

    /** An image of a kind, every sample drawn anew; smaller values where they are limited by the opacity. */
    public static BufferedImage image(Kind kind, long seed) {
        BufferedImage image = blank(kind);
        WritableRaster raster = image.getRaster();
        boolean multiplied = image.getColorModel().isAlphaPremultiplied() && raster.getNumBands() > ALPHA;
        Random random = new Random(seed);
        int[] pixel = new int[raster.getNumBands()];
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                for (int band = pixel.length - 1; band >= 0; band--) {
                    int limit = multiplied && band < ALPHA
                            ? pixel[ALPHA]
                            : (1 << raster.getSampleModel().getSampleSize(band)) - 1;
                    pixel[band] = random.nextInt(limit + 1);
                }
                raster.setPixel(x, y, pixel);
            }
        }
        return image;
    }

    private static BufferedImage blank(Kind kind) {
        return switch (kind) {
            case GRAY_ALPHA -> components(ColorSpace.CS_GRAY, true, DataBuffer.TYPE_BYTE);
            case RGB_16 -> components(ColorSpace.CS_sRGB, false, DataBuffer.TYPE_USHORT);
            case RGBA_16 -> components(ColorSpace.CS_sRGB, true, DataBuffer.TYPE_USHORT);
            case PALETTE_OF_4_BITS -> {
                byte[] ramp = new byte[16];
                for (int i = 0; i < ramp.length; i++) {
                    ramp[i] = (byte) (i * i);
                }
                byte[] fall = new byte[16];
                Arrays.fill(fall, (byte) 90);
                yield new BufferedImage(
                        WIDTH, HEIGHT, kind.type, new IndexColorModel(4, ramp.length, ramp, fall, ramp));
            }
            case PART_OF_A_LARGER_ONE ->
                new BufferedImage(WIDTH + 9, HEIGHT + 7, kind.type).getSubimage(5, 4, WIDTH, HEIGHT);
            default -> new BufferedImage(WIDTH, HEIGHT, kind.type);
        };
    }

    private static BufferedImage components(int space, boolean alpha, int type) {
        return components(ColorSpace.getInstance(space), alpha, type);
    }

    /** An image of this color space, a sample after the other. */
    static BufferedImage components(ColorSpace space, boolean alpha, int type) {
        ComponentColorModel model = new ComponentColorModel(
                space, alpha, false, alpha ? Transparency.TRANSLUCENT : Transparency.OPAQUE, type);
        return new BufferedImage(model, model.createCompatibleWritableRaster(WIDTH, HEIGHT), false, null);
    }

    /** A file that holds exactly an image's samples, PNG except for those of 5 and 6 bits. */
    public static byte[] file(Kind kind, BufferedImage image) throws IOException {
        String format = kind == Kind.RGB_565 || kind == Kind.RGB_555 ? "bmp" : "png";
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        if (!ImageIO.write(image, format, bytes)) {
            throw new AssertionError("no writer for " + kind + " as " + format);
        }
        return bytes.toByteArray();
    }
}
