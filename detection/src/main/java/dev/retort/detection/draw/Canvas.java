package dev.retort.detection.draw;

import dev.retort.detection.data.RgbImage;

/** Draws rectangles and text into 8-bit RGB pixels, cut off at the borders. Colors are 0xRRGGBB. */
final class Canvas {
    private final int width;
    private final int height;
    private final byte[] rgb;

    /** A canvas that starts as a copy of an image. */
    Canvas(RgbImage image) {
        this.width = image.width();
        this.height = image.height();
        this.rgb = image.rgb().clone();
    }

    int width() {
        return width;
    }

    int height() {
        return height;
    }

    /** What was drawn so far; the canvas must not be used afterwards. */
    RgbImage toImage() {
        return new RgbImage(width, height, rgb);
    }

    /** Fills a rectangle of w x h pixels. */
    void fill(int left, int top, int w, int h, int color) {
        for (int y = Math.max(0, top); y < Math.min(height, top + h); y++) {
            for (int x = Math.max(0, left); x < Math.min(width, left + w); x++) {
                int at = (y * width + x) * 3;
                rgb[at] = (byte) (color >> 16);
                rgb[at + 1] = (byte) (color >> 8);
                rgb[at + 2] = (byte) color;
            }
        }
    }

    /**
     * Draws the frame of a rectangle, {@code thickness} pixels wide and inside it.
     *
     * @param dash length of dashes and of the gaps between them; 0 for a solid line
     */
    void frame(int left, int top, int w, int h, int thickness, int dash, int color) {
        line(left, top, w, true, thickness, dash, color);
        line(left, top + h - thickness, w, true, thickness, dash, color);
        line(left, top, h, false, thickness, dash, color);
        line(left + w - thickness, top, h, false, thickness, dash, color);
    }

    private void line(int left, int top, int length, boolean across, int thickness, int dash, int color) {
        int step = dash == 0 ? length : dash;
        int period = dash == 0 ? Math.max(1, length) : 2 * dash;
        for (int from = 0; from < length; from += period) {
            int part = Math.min(step, length - from);
            if (across) {
                fill(left + from, top, part, thickness, color);
            } else {
                fill(left, top + from, thickness, part, color);
            }
        }
    }

    /** Draws a text with its top left corner at (left, top). */
    void text(TextMask mask, int left, int top, int color) {
        for (int y = Math.max(0, -top); y < Math.min(mask.height(), height - top); y++) {
            for (int x = Math.max(0, -left); x < Math.min(mask.width(), width - left); x++) {
                int ink = mask.at(x, y);
                int at = ((top + y) * width + left + x) * 3;
                for (int c = 0; c < 3; c++) {
                    int under = rgb[at + c] & 0xff;
                    int over = color >> 16 - 8 * c & 0xff;
                    rgb[at + c] = (byte) (under + Math.round((over - under) * ink / 255f));
                }
            }
        }
    }
}
