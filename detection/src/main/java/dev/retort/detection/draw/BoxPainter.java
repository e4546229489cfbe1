package dev.retort.detection.draw;

import dev.retort.detection.data.BilinearResize;
import dev.retort.detection.data.Picture;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Draws boxes on a picture: predictions as solid frames with name and score above, true boxes as dashed frames with the
 * name below, each class in its own colour. Small pictures are enlarged first, so that labels can be read.
 */
public final class BoxPainter {
    /** Pictures are enlarged by a whole number until their longer edge has about this many pixels. */
    private static final int GOOD_SIZE = 1024;

    /**
     * A box to draw, XYXY in pixels of the picture.
     *
     * @param classIndex chooses the colour
     * @param score the prediction's score; NaN for a true box
     */
    public record Box(double x1, double y1, double x2, double y2, int classIndex, String name, double score) {
        /** A true box. */
        public static Box truth(double x1, double y1, double x2, double y2, int classIndex, String name) {
            return new Box(x1, y1, x2, y2, classIndex, name, Double.NaN);
        }

        boolean isTruth() {
            return Double.isNaN(score);
        }

        String label() {
            return isTruth() ? name : String.format(Locale.ROOT, "%s %.2f", name, score);
        }
    }

    private BoxPainter() {}

    /** The factor by which {@link #paint} enlarges a picture. */
    public static int enlargement(Picture picture) {
        return Math.max(1, Math.round((float) GOOD_SIZE / Math.max(picture.width(), picture.height())));
    }

    /** A copy of the picture, enlarged if it is small, with the boxes; the best predictions are drawn last. */
    public static Picture paint(Picture picture, List<Box> boxes) {
        int scale = enlargement(picture);
        Canvas canvas = new Canvas(BilinearResize.resize(picture, picture.width() * scale, picture.height() * scale));
        int thickness = Math.max(2, Math.max(canvas.width(), canvas.height()) / 400);
        List<Box> ordered = boxes.stream()
                .sorted(Comparator.comparingDouble(box -> box.isTruth() ? -1 : box.score))
                .toList();
        for (Box box : ordered) {
            draw(canvas, box, scale, thickness);
        }
        return canvas.toPicture();
    }

    private static void draw(Canvas canvas, Box box, int scale, int thickness) {
        int left = (int) Math.round(box.x1 * scale);
        int top = (int) Math.round(box.y1 * scale);
        int width = Math.max(thickness, (int) Math.round(box.x2 * scale) - left);
        int height = Math.max(thickness, (int) Math.round(box.y2 * scale) - top);
        int colour = Palette.ofClass(box.classIndex);
        int dash = box.isTruth() ? 4 * thickness : 0;
        if (box.isTruth()) {
            // A dark line under the dashes shows them on any background.
            canvas.frame(left, top, width, height, thickness, 0, 0x000000);
        }
        canvas.frame(left, top, width, height, thickness, dash, colour);

        int fontScale = Math.max(2, thickness - 1);
        int padding = fontScale;
        int labelWidth = PixelFont.width(box.label()) * fontScale + 2 * padding;
        int labelHeight = PixelFont.GLYPH_HEIGHT * fontScale + 2 * padding;
        int labelTop = box.isTruth() ? top + height : top - labelHeight;
        labelTop = Math.max(0, Math.min(labelTop, canvas.height() - labelHeight));
        int labelLeft = Math.max(0, Math.min(left, canvas.width() - labelWidth));
        int plate = box.isTruth() ? 0x000000 : colour;
        canvas.fill(labelLeft, labelTop, labelWidth, labelHeight, plate);
        int ink = box.isTruth() ? colour : Palette.readableOn(colour);
        canvas.text(box.label(), labelLeft + padding, labelTop + padding, fontScale, ink);
    }
}
