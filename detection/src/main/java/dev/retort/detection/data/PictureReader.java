package dev.retort.detection.data;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes picture files (JPEG, PNG, BMP, GIF's first frame) to 8-bit RGB. A truncated or damaged file is an error, never
 * a partly grey picture: JPEG and PNG files are checked for completeness first, and the decoder's warnings about lost
 * data are errors.
 *
 * <p>Grey becomes three equal channels, transparency is dropped, 16-bit samples keep their high byte, an embedded colour
 * profile is not applied to RGB samples. A camera's rotation tag (EXIF orientation) is ignored: boxes are taken to refer
 * to the pixels as stored.
 */
public final class PictureReader {
    private PictureReader() {}

    /**
     * Reads a picture file.
     *
     * @throws DataException naming the file, if it cannot be read, is damaged or of an unknown format
     */
    public static Picture read(Path file) {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new DataException("Cannot read picture " + file + ": " + e, e);
        }
        return decode(bytes, file.toString());
    }

    /** Decodes a picture file's content; {@code name} is for messages. */
    public static Picture decode(byte[] bytes, String name) {
        PictureIntegrity.check(bytes, name);
        List<String> warnings = new ArrayList<>();
        BufferedImage image;
        try (ImageInputStream stream = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
            if (!readers.hasNext()) {
                throw new DataException("Picture " + name + " is of no known format (JPEG, PNG, BMP and GIF are)");
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(stream, true, true);
                reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
                image = reader.read(0);
            } finally {
                reader.dispose();
            }
        } catch (IOException | RuntimeException e) {
            if (e instanceof DataException known) {
                throw known;
            }
            throw new DataException("Picture " + name + " is damaged: " + e.getMessage() + ". Restore the file.", e);
        }
        for (String warning : warnings) {
            if (PictureIntegrity.meansLostData(warning)) {
                throw new DataException("Picture " + name + " is damaged: " + warning + ". Restore the file.");
            }
        }
        return new Picture(image.getWidth(), image.getHeight(), rgb(image));
    }

    private static byte[] rgb(BufferedImage image) {
        ColorModel colours = image.getColorModel();
        int bands = image.getRaster().getNumBands();
        if (colours instanceof IndexColorModel || bands > 4) {
            return byColourModel(image);
        }
        return byBands(image.getRaster(), bands, Math.max(0, sampleBits(image) - 8));
    }

    private static int sampleBits(BufferedImage image) {
        return image.getRaster().getTransferType() == DataBuffer.TYPE_USHORT
                ? image.getSampleModel().getSampleSize(0)
                : 8;
    }

    /** The samples as stored: Java's own conversion would take grey for linear light and brighten it. */
    private static byte[] byBands(Raster raster, int bands, int shift) {
        int width = raster.getWidth();
        int height = raster.getHeight();
        int green = bands >= 3 ? 1 : 0;
        int blue = bands >= 3 ? 2 : 0;
        byte[] rgb = new byte[3 * width * height];
        int[] row = new int[width * bands];
        int to = 0;
        for (int y = 0; y < height; y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
            for (int from = 0; from < row.length; from += bands, to += 3) {
                rgb[to] = (byte) (row[from] >> shift);
                rgb[to + 1] = (byte) (row[from + green] >> shift);
                rgb[to + 2] = (byte) (row[from + blue] >> shift);
            }
        }
        return rgb;
    }

    private static byte[] byColourModel(BufferedImage image) {
        int width = image.getWidth();
        byte[] rgb = new byte[3 * width * image.getHeight()];
        int[] row = new int[width];
        int to = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            image.getRGB(0, y, width, 1, row, 0, width);
            for (int pixel : row) {
                rgb[to++] = (byte) (pixel >> 16);
                rgb[to++] = (byte) (pixel >> 8);
                rgb[to++] = (byte) pixel;
            }
        }
        return rgb;
    }
}
