package dev.retort.detection.data;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes image files (JPEG, PNG, BMP, GIF's first frame) to 8-bit RGB. A truncated or damaged file is an error, never
 * a partly gray image: JPEG and PNG files are checked for completeness first, and the decoder's warnings about lost
 * data are errors. So is a file that declares more pixels than its size can hold, than is allowed, or than fits the heap.
 *
 * <p>A rotation tag (EXIF's Orientation, in JPEG and PNG) is applied: the image is as viewers show it. Gray becomes three
 * equal channels, transparency is dropped, samples of more than 8 bits keep their high byte, those of fewer are scaled to
 * 0..255; an embedded color profile is not applied to RGB and gray samples, others such as CMYK are converted. A GIF's first
 * frame lies on its canvas.
 */
public final class ImageFileReader {
    /** Pixels that an image may have where nothing else is said. */
    public static final long DEFAULT_MAX_PIXELS = 50_000_000;

    /** The most that {@code maxPixels} may be: three bytes of each pixel lie in one array. */
    public static final long MOST_PIXELS = Integer.MAX_VALUE / 4;

    private ImageFileReader() {}

    /** Reads an image file of at most {@link #DEFAULT_MAX_PIXELS}. */
    public static RgbImage read(Path file) {
        return read(file, DEFAULT_MAX_PIXELS);
    }

    /**
     * Reads an image file.
     *
     * @param maxPixels refuse an image of more, by its header
     * @throws ImageException naming the file, if it cannot be read, is damaged, too large or of an unknown format
     */
    public static RgbImage read(Path file, long maxPixels) {
        String name = ZipFolder.shown(file);
        ImageMemory.checkSize(ImageHeader.read(file), maxPixels, name);
        try {
            long size = Files.size(file);
            if (size > ImageMemory.LARGEST_ARRAY) {
                throw new ImageException(
                        ImageFault.TOO_LARGE,
                        "Image " + name + " is too large: its file has " + size + " bytes, at most "
                                + ImageMemory.LARGEST_ARRAY);
            }
            return ImageMemory.within(size, name, () -> decode(readAll(file), name, maxPixels));
        } catch (IOException e) {
            throw unreadable(name, e);
        }
    }

    private static byte[] readAll(Path file) {
        try {
            return ZipFolder.content(file, ImageMemory.LARGEST_ARRAY);
        } catch (IOException e) {
            throw unreadable(ZipFolder.shown(file), e);
        }
    }

    static ImageException unreadable(String name, IOException e) {
        if (e instanceof NoSuchFileException) {
            return new ImageException(ImageFault.MISSING, "There is no image " + name, e);
        }
        String why = e instanceof AccessDeniedException ? "no permission" : e.getMessage();
        return new ImageException(ImageFault.UNREADABLE, "Cannot read image " + name + ": " + why, e);
    }

    /** Decodes an image file's content of at most {@link #DEFAULT_MAX_PIXELS}; {@code name} is for messages. */
    public static RgbImage decode(byte[] bytes, String name) {
        return decode(bytes, name, DEFAULT_MAX_PIXELS);
    }

    /** Decodes an image file's content of at most {@code maxPixels}; {@code name} is for messages. */
    public static RgbImage decode(byte[] bytes, String name, long maxPixels) {
        ImageHeader header = ImageHeaderReader.read(new ImageBytes(bytes, name));
        ImageMemory.checkSize(header, maxPixels, name);
        ImageIntegrity.check(header.format(), bytes, name);
        long needed = header.decodedBytes() + 3 * header.pixels();
        return ImageMemory.within(needed, name, () -> ImageSamples.shown(decoded(bytes, name), header, name));
    }

    private static BufferedImage decoded(byte[] bytes, String name) {
        List<String> warnings = new ArrayList<>();
        BufferedImage image;
        try (ImageInputStream stream = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
            if (!readers.hasNext()) {
                throw ImageIntegrity.damaged(name, "its header is of no known kind", null);
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(stream, true, true);
                reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
                image = reader.read(0);
            } finally {
                reader.dispose();
            }
        } catch (DataException known) {
            throw known;
        } catch (IOException e) {
            throw ImageIntegrity.damaged(name, e.getMessage(), e);
        } catch (RuntimeException e) {
            // What decoders say then is for programmers.
            throw ImageIntegrity.damaged(name, "what it holds does not fit its header", e);
        }
        for (String warning : warnings) {
            if (ImageIntegrity.meansLostData(warning)) {
                throw ImageIntegrity.damaged(name, warning, null);
            }
        }
        return image;
    }
}
