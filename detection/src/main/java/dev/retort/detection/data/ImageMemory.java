package dev.retort.detection.data;

import java.util.Locale;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** Keeps images from taking more memory than they may, or than there is. */
final class ImageMemory {
    /** Elements that a Java array surely can have. */
    static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    /** An image that takes this share of the heap, or more, is decoded while no other one is. */
    private static final int LARGE_SHARE = 8;

    private static final double MEGABYTE = 1e6;

    private static final ReentrantLock LARGE = new ReentrantLock();

    private ImageMemory() {}

    /**
     * Refuses an image of more pixels than are allowed, than any decoder has an array for, or than its file can hold: a
     * few hundred bytes that declare gigabytes are a defect or a trap.
     */
    static void checkSize(ImageHeader header, long maxPixels, String name) {
        if (maxPixels < 1 || maxPixels > ImageFileReader.MOST_PIXELS) {
            throw new IllegalArgumentException("The most pixels of an image must be from 1 to "
                    + ImageFileReader.MOST_PIXELS + ", not " + maxPixels);
        }
        String size = "Image " + name + " (" + header.width() + "x" + header.height() + ") is too large: ";
        if (header.pixels() > maxPixels) {
            throw new ImageException(
                    ImageFault.TOO_LARGE, size + header.pixels() + " pixels, at most " + maxPixels + " (--max-pixels)");
        }
        if (header.decodedBytes() > LARGEST_ARRAY) {
            throw new ImageException(
                    ImageFault.TOO_LARGE,
                    size + "decoded, it takes " + header.decodedBytes() + " bytes, at most " + LARGEST_ARRAY);
        }
        if (header.pixels() > header.capacity()) {
            throw ImageIntegrity.damaged(
                    name,
                    "its header declares " + header.storedWidth() + "x" + header.storedHeight()
                            + " pixels, which a file of its size cannot hold",
                    null);
        }
    }

    /**
     * Does work on an image that needs about so many bytes, or refuses it. What is free is known only after a collection,
     * which a small image is not worth: there the virtual machine's own refusal tells.
     */
    static <T> T within(long bytes, String name, Supplier<T> work) {
        boolean large = bytes > Runtime.getRuntime().maxMemory() / LARGE_SHARE;
        if (large) {
            LARGE.lock();
        }
        try {
            if (large && bytes > free()) {
                System.gc();
                if (bytes > free()) {
                    throw noRoom(bytes, name, null);
                }
            }
            return work.get();
        } catch (OutOfMemoryError e) {
            throw noRoom(bytes, name, e);
        } finally {
            if (large) {
                LARGE.unlock();
            }
        }
    }

    private static long free() {
        Runtime runtime = Runtime.getRuntime();
        return runtime.maxMemory() - runtime.totalMemory() + runtime.freeMemory();
    }

    private static ImageException noRoom(long bytes, String name, OutOfMemoryError cause) {
        return new ImageException(
                ImageFault.TOO_LARGE,
                String.format(
                        Locale.ROOT,
                        "Image %s is too large for the heap: decoding takes about %.0f MB, and %.0f of %.0f MB are"
                                + " free. Give more (RETORT_HEAP=..., -Xmx), or make it smaller.",
                        name,
                        Math.ceil(bytes / MEGABYTE),
                        free() / MEGABYTE,
                        Runtime.getRuntime().maxMemory() / MEGABYTE),
                cause);
    }
}
