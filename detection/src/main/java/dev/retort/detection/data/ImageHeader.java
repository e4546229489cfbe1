package dev.retort.detection.data;

import java.io.IOException;
import java.nio.file.Path;

/**
 * What an image file says of itself before its pixels.
 *
 * @param storedWidth columns of pixels as they are stored; of a GIF, of its canvas
 * @param storedHeight rows of pixels
 * @param orientation how the stored pixels are turned to be shown
 * @param bitsPerPixel of the decoded pixels in memory
 * @param place where the decoded pixels lie among the stored ones
 * @param capacity pixels that a file of its size can hold at most
 */
public record ImageHeader(
        ImageFormat format,
        int storedWidth,
        int storedHeight,
        Orientation orientation,
        int bitsPerPixel,
        Place place,
        long capacity) {

    /**
     * A GIF's first frame may cover a part of its canvas only.
     *
     * @param left column where the decoded pixels begin
     * @param top row where they begin
     * @param around color of the rest, 0xRRGGBB
     */
    public record Place(int left, int top, int around) {
        /** Decoded pixels are all that there are. */
        static final Place ALL = new Place(0, 0, 0);
    }

    /**
     * Reads a file's header, and no more of the file than that needs.
     *
     * @throws ImageException if there is none
     */
    public static ImageHeader read(Path file) {
        try (ImageBytes bytes = ImageBytes.open(file)) {
            return ImageHeaderReader.read(bytes);
        } catch (IOException e) {
            throw ImageFileReader.unreadable(ZipFolder.shown(file), e);
        }
    }

    /**
     * Reads the header of an image file's content; {@code name} is for messages.
     *
     * @throws ImageException if there is none
     */
    public static ImageHeader read(byte[] content, String name) {
        return ImageHeaderReader.read(new ImageBytes(content, name));
    }

    /** Columns of the image as it is shown. */
    public int width() {
        return orientation.swapped() ? storedHeight : storedWidth;
    }

    /** Rows of the image as it is shown. */
    public int height() {
        return orientation.swapped() ? storedWidth : storedHeight;
    }

    /** Number of pixels. */
    public long pixels() {
        return (long) storedWidth * storedHeight;
    }

    /** Whether a rotation tag turns or mirrors the image. */
    public boolean turned() {
        return orientation != Orientation.UPRIGHT;
    }

    /** Bytes that the decoder's own image takes. */
    long decodedBytes() {
        return pixels() * bitsPerPixel / Byte.SIZE;
    }
}
