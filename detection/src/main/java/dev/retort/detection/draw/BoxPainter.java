package dev.retort.detection.draw;

import dev.retort.detection.data.BilinearResize;
import dev.retort.detection.data.RgbImage;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Draws boxes on an image: predictions as solid frames with name and score above, true boxes as dashed frames with the
 * name below, each class in its own color. Small images are enlarged first, so that labels can be read.
 */
public final class BoxPainter {
    /** Images are enlarged by a whole number until their longer edge has about this many pixels. */
    private static final int GOOD_SIZE = 1024;

    /** Pixels of the pixel font along the longer edge, of which a capital has seven. */
    private static final float FONT_PIXELS_ACROSS = 256;

    /**
     * A box to draw, XYXY in pixels of the image.
     *
     * @param classIndex chooses the color
     * @param score the prediction's score; NaN for a true box
     */
    public record Box(double x1, double y1, double x2, double y2, int classIndex, String name, double score) {
        /** A true box. */
        public static Box truth(double x1, double y1, double x2, double y2, int classIndex, String name) {
            return new Box(x1, y1, x2, y2, classIndex, name, Double.NaN);
        }

        /** The same box on an image that was resized by these factors. */
        public Box scaled(double across, double down) {
            return new Box(x1 * across, y1 * down, x2 * across, y2 * down, classIndex, name, score);
        }

        boolean isTruth() {
            return Double.isNaN(score);
        }

        String label() {
            return isTruth() ? name : String.format(Locale.ROOT, "%s %.2f", name, score);
        }
    }

    private BoxPainter() {}

    /** The factor by which {@link #paint} enlarges an image. */
    public static int enlargement(RgbImage image) {
        return Math.max(1, Math.round((float) GOOD_SIZE / Math.max(image.width(), image.height())));
    }

    /** A copy of the image, enlarged if it is small, with the boxes; the best predictions are drawn last. */
    public static RgbImage paint(RgbImage image, List<Box> boxes) {
        int scale = enlargement(image);
        Canvas canvas = new Canvas(BilinearResize.resize(image, image.width() * scale, image.height() * scale));
        int thickness = Math.max(2, Math.max(canvas.width(), canvas.height()) / 400);
        List<Box> ordered = boxes.stream()
                .sorted(Comparator.comparingDouble(box -> box.isTruth() ? -1 : box.score))
                .toList();
        // Labels after all frames, so that no line crosses a text.
        ordered.forEach(box -> drawFrame(canvas, box, scale, thickness));
        ordered.forEach(box -> drawLabel(canvas, box, scale, thickness));
        return canvas.toImage();
    }

    /** A box in canvas pixels. */
    private record Frame(int left, int top, int width, int height) {
        static Frame of(Box box, int scale, int thickness) {
            int left = (int) Math.round(box.x1 * scale);
            int top = (int) Math.round(box.y1 * scale);
            return new Frame(
                    left,
                    top,
                    Math.max(thickness, (int) Math.round(box.x2 * scale) - left),
                    Math.max(thickness, (int) Math.round(box.y2 * scale) - top));
        }
    }

    private static void drawFrame(Canvas canvas, Box box, int scale, int thickness) {
        Frame frame = Frame.of(box, scale, thickness);
        int color = Palette.ofClass(box.classIndex);
        int dash = 0;
        if (box.isTruth()) {
            // A dark line under the dashes shows them on any background.
            canvas.frame(frame.left, frame.top, frame.width, frame.height, thickness, 0, 0x000000);
            dash = 4 * thickness;
        }
        canvas.frame(frame.left, frame.top, frame.width, frame.height, thickness, dash, color);
    }

    private static void drawLabel(Canvas canvas, Box box, int scale, int thickness) {
        Frame frame = Frame.of(box, scale, thickness);
        int color = Palette.ofClass(box.classIndex);
        int fontScale = Math.max(2, Math.round(Math.max(canvas.width(), canvas.height()) / FONT_PIXELS_ACROSS));
        TextMask text = LabelText.ofMachine().mask(box.label(), fontScale);
        int width = text.width() + 2 * fontScale;
        int height = text.height() + 2 * fontScale;
        int top = box.isTruth() ? frame.top + frame.height : frame.top - height;
        top = Math.max(0, Math.min(top, canvas.height() - height));
        int left = Math.max(0, Math.min(frame.left, canvas.width() - width));
        int plate = box.isTruth() ? 0x000000 : color;
        int ink = box.isTruth() ? Palette.readableOnBlack(color) : Palette.readableOn(color);
        canvas.fill(left, top, width, height, plate);
        canvas.text(text, left + fontScale, top + fontScale, ink);
    }
}
