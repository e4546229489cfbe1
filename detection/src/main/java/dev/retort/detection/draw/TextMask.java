package dev.retort.detection.draw;

/**
 * A text as an image of how much ink each pixel takes.
 *
 * @param coverage {@code [height, width]} row-major, 0 (none) to 255 (all)
 */
record TextMask(int width, int height, byte[] coverage) {
    /** Ink of a pixel, 0..255. */
    int at(int x, int y) {
        return coverage[y * width + x] & 0xff;
    }
}
