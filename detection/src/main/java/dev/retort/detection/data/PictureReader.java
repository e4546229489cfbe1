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
 * Decodes picture files (JPEG, PNG, BMP, GIF's first frame) to 8-bit RGB. A truncated or damaged file is an error, never
 * a partly grey picture: JPEG and PNG files are checked for completeness first, and the decoder's warnings about lost
 * data are errors. So is a file that declares more pixels than its size can hold, than is allowed, or than fits the heap.
 *
 * <p>A rotation tag (EXIF's Orientation, in JPEG and PNG) is applied: the picture is as viewers show it. Grey becomes three
 * equal channels, transparency is dropped, samples of more than 8 bits keep their high byte, those of fewer are scaled to
 * 0..255; an embedded colour profile is not applied to RGB and grey samples, others such as CMYK are converted. A GIF's first
 * frame lies on its canvas.
 */
public final class PictureReader {
    /** Pixels that a picture may have where nothing else is said. */
    public static final long DEFAULT_MAX_PIXELS = 50_000_000;

    /** The most that {@code maxPixels} may be: three bytes of each pixel lie in one array. */
    public static final long MOST_PIXELS = Integer.MAX_VALUE / 4;

    private PictureReader() {}

    /** Reads a picture file of at most {@link #DEFAULT_MAX_PIXELS}. */
    public static Picture read(Path file) {
        return read(file, DEFAULT_MAX_PIXELS);
    }

    /**
     * Reads a picture file.
     *
     * @param maxPixels refuse a picture of more, by its header
     * @throws PictureException naming the file, if it cannot be read, is damaged, too large or of an unknown format
     */
    public static Picture read(Path file, long maxPixels) {
        String name = file.toString();
        PictureMemory.checkSize(PictureHeader.read(file), maxPixels, name);
        try {
            long size = Files.size(file);
            if (size > PictureMemory.LARGEST_ARRAY) {
                throw new PictureException(
                        PictureFault.TOO_LARGE,
                        "Picture " + name + " is too large: its file has " + size + " bytes, at most "
                                + PictureMemory.LARGEST_ARRAY);
            }
            return PictureMemory.within(size, name, () -> decode(readAll(file), name, maxPixels));
        } catch (IOException e) {
            throw unreadable(name, e);
        }
    }

    private static byte[] readAll(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw unreadable(file.toString(), e);
        }
    }

    static PictureException unreadable(String name, IOException e) {
        if (e instanceof NoSuchFileException) {
            return new PictureException(PictureFault.MISSING, "There is no picture " + name, e);
        }
        String why = e instanceof AccessDeniedException ? "no permission" : e.getMessage();
        return new PictureException(PictureFault.UNREADABLE, "Cannot read picture " + name + ": " + why, e);
    }

    /** Decodes a picture file's content of at most {@link #DEFAULT_MAX_PIXELS}; {@code name} is for messages. */
    public static Picture decode(byte[] bytes, String name) {
        return decode(bytes, name, DEFAULT_MAX_PIXELS);
    }

    /** Decodes a picture file's content of at most {@code maxPixels}; {@code name} is for messages. */
    public static Picture decode(byte[] bytes, String name, long maxPixels) {
        PictureHeader header = PictureHeaderReader.read(new PictureBytes(bytes, name));
        PictureMemory.checkSize(header, maxPixels, name);
        PictureIntegrity.check(header.format(), bytes, name);
        long needed = header.decodedBytes() + 3 * header.pixels();
        return PictureMemory.within(needed, name, () -> PictureSamples.shown(decoded(bytes, name), header, name));
    }

    private static BufferedImage decoded(byte[] bytes, String name) {
        List<String> warnings = new ArrayList<>();
        BufferedImage image;
        try (ImageInputStream stream = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
            if (!readers.hasNext()) {
                throw PictureIntegrity.damaged(name, "its header is of no known kind", null);
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
            throw PictureIntegrity.damaged(name, e.getMessage(), e);
        } catch (RuntimeException e) {
            // What decoders say then is for programmers.
            throw PictureIntegrity.damaged(name, "what it holds does not fit its header", e);
        }
        for (String warning : warnings) {
            if (PictureIntegrity.meansLostData(warning)) {
                throw PictureIntegrity.damaged(name, warning, null);
            }
        }
        return image;
    }
}
