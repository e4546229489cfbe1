package dev.retort.detection.data;

import java.awt.image.BufferedImage;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Encodes images as PNG or JPEG. */
public final class ImageFileWriter {
    /** Quality of JPEG files written by name. */
    public static final float JPEG_QUALITY = 0.95f;

    private ImageFileWriter() {}

    /**
     * Writes a file, whole or not at all; its ending, {@code .png}, {@code .jpg} or {@code .jpeg}, says the format.
     *
     * @throws DataException naming the file, if it cannot be written
     */
    public static void write(RgbImage image, Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        byte[] bytes;
        if (name.endsWith(".png")) {
            bytes = png(image);
        } else if (name.endsWith(".jpg") || name.endsWith(".jpeg")) {
            bytes = jpeg(image, JPEG_QUALITY);
        } else {
            throw new IllegalArgumentException("Cannot tell the image format of " + file + ": end it in .png or .jpg");
        }
        try {
            WholeFolder.writeFile(file, bytes);
        } catch (IOException e) {
            throw new DataException("Cannot write image " + file + ": " + e.getMessage(), e);
        }
    }

    /** The image as a PNG file's content. */
    public static byte[] png(RgbImage image) {
        return encode(image, "png", -1);
    }

    /** The image as a JPEG file's content; {@code quality} from 0 to 1. */
    public static byte[] jpeg(RgbImage image, float quality) {
        return encode(image, "jpeg", quality);
    }

    /** The image for Java2D; a copy. */
    public static BufferedImage toImage(RgbImage image) {
        BufferedImage buffered = new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
        WritableRaster raster = buffered.getRaster();
        int[] row = new int[image.width()];
        byte[] rgb = image.rgb();
        int from = 0;
        for (int y = 0; y < image.height(); y++) {
            for (int x = 0; x < row.length; x++, from += 3) {
                row[x] = (rgb[from] & 0xff) << 16 | (rgb[from + 1] & 0xff) << 8 | rgb[from + 2] & 0xff;
            }
            raster.setDataElements(0, y, row.length, 1, row);
        }
        return buffered;
    }

    private static byte[] encode(RgbImage image, String format, float quality) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream stream = new MemoryCacheImageOutputStream(bytes)) {
            ImageWriteParam parameters = writer.getDefaultWriteParam();
            if (quality >= 0) {
                parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
                parameters.setCompressionQuality(quality);
            }
            writer.setOutput(stream);
            writer.write(null, new IIOImage(toImage(image), null, null), parameters);
        } catch (IOException e) {
            throw new DataException("Cannot encode an image as " + format + ": " + e.getMessage(), e);
        } catch (IndexOutOfBoundsException e) {
            // The encoder's last flush hides the error: a stream in memory that could not grow.
            OutOfMemoryError error = new OutOfMemoryError(
                    "No heap to encode an image of " + image.width() + "x" + image.height() + " pixels as " + format);
            error.initCause(e);
            throw error;
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
