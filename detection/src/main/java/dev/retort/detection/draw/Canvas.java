package dev.retort.detection.draw;

import dev.retort.detection.data.Picture;

/** Draws rectangles and text into 8-bit RGB pixels, cut off at the borders. Colours are 0xRRGGBB. */
final class Canvas {
    private final int width;
    private final int height;
    private final byte[] rgb;

    /** A canvas that starts as a copy of a picture. */
    Canvas(Picture picture) {
        this.width = picture.width();
        this.height = picture.height();
        this.rgb = picture.rgb().clone();
    }

    int width() {
        return width;
    }

    int height() {
        return height;
    }

    /** What was drawn so far; the canvas must not be used afterwards. */
    Picture toPicture() {
        return new Picture(width, height, rgb);
    }

    /** Fills a rectangle of w x h pixels. */
    void fill(int left, int top, int w, int h, int colour) {
        for (int y = Math.max(0, top); y < Math.min(height, top + h); y++) {
            for (int x = Math.max(0, left); x < Math.min(width, left + w); x++) {
                int at = (y * width + x) * 3;
                rgb[at] = (byte) (colour >> 16);
                rgb[at + 1] = (byte) (colour >> 8);
                rgb[at + 2] = (byte) colour;
            }
        }
    }

    /**
     * Draws the frame of a rectangle, {@code thickness} pixels wide and inside it.
     *
     * @param dash length of dashes and of the gaps between them; 0 for a solid line
     */
    void frame(int left, int top, int w, int h, int thickness, int dash, int colour) {
        line(left, top, w, true, thickness, dash, colour);
        line(left, top + h - thickness, w, true, thickness, dash, colour);
        line(left, top, h, false, thickness, dash, colour);
        line(left + w - thickness, top, h, false, thickness, dash, colour);
    }

    private void line(int left, int top, int length, boolean across, int thickness, int dash, int colour) {
        int step = dash == 0 ? length : dash;
        int period = dash == 0 ? Math.max(1, length) : 2 * dash;
        for (int from = 0; from < length; from += period) {
            int part = Math.min(step, length - from);
            if (across) {
                fill(left + from, top, part, thickness, colour);
            } else {
                fill(left, top + from, thickness, part, colour);
            }
        }
    }

    /** Draws text with its top left corner at (left, top), each font pixel a square of {@code scale} pixels. */
    void text(String text, int left, int top, int scale, int colour) {
        for (int i = 0; i < text.length(); i++) {
            for (int row = 0; row < PixelFont.GLYPH_HEIGHT; row++) {
                for (int column = 0; column < PixelFont.GLYPH_WIDTH; column++) {
                    if (PixelFont.pixel(text.charAt(i), column, row)) {
                        int x = left + (i * PixelFont.ADVANCE + column) * scale;
                        fill(x, top + row * scale, scale, scale, colour);
                    }
                }
            }
        }
    }
}
