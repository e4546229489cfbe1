package dev.retort.detection.data;

/** Finds the Orientation tag in an EXIF block, which is a TIFF file of tags only (CIPA DC-008, 4.5 and 4.6). */
final class ExifOrientation {
    private static final int ORIENTATION = 0x0112;
    private static final int SHORT = 3;
    private static final int MAGIC = 42;
    private static final int HEADER = 8;
    private static final int ENTRY = 12;

    private ExifOrientation() {}

    /**
     * The orientation that the block from {@code start} to before {@code end} gives. A block that makes no sense gives
     * none: viewers pass over it, and the pixels are whole.
     */
    static Orientation find(ImageBytes bytes, long start, long end) {
        if (end > bytes.size() || end - start < HEADER) {
            return Orientation.UPRIGHT;
        }
        boolean little = bytes.has(start, "II");
        if (!little && !bytes.has(start, "MM") || uint16(bytes, start + 2, little) != MAGIC) {
            return Orientation.UPRIGHT;
        }
        long directory = start + (little ? bytes.int32le(start + 4) : bytes.int32(start + 4));
        if (directory < start + HEADER || directory + 2 > end) {
            return Orientation.UPRIGHT;
        }
        int entries = uint16(bytes, directory, little);
        for (int i = 0; i < entries; i++) {
            long entry = directory + 2 + (long) i * ENTRY;
            if (entry + ENTRY > end) {
                break;
            }
            if (uint16(bytes, entry, little) == ORIENTATION && uint16(bytes, entry + 2, little) == SHORT) {
                return Orientation.ofTag(uint16(bytes, entry + 8, little));
            }
        }
        return Orientation.UPRIGHT;
    }

    private static int uint16(ImageBytes bytes, long place, boolean little) {
        return little ? bytes.uint16le(place) : bytes.uint16(place);
    }
}
