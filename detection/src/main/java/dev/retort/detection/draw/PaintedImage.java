package dev.retort.detection.draw;

import dev.retort.detection.data.BilinearResize;
import dev.retort.detection.data.RgbImage;
import java.util.List;

/** Images with boxes, of a size for pages. */
public final class PaintedImage {
    /** Longest edge of an image that is painted; labels of larger ones would be small on a page. */
    private static final int LONGEST = 1024;

    private PaintedImage() {}

    /** The image with its boxes; one that is larger than a page shows is made smaller first. */
    public static RgbImage of(RgbImage image, List<BoxPainter.Box> boxes) {
        RgbImage smaller = within(image, LONGEST);
        double across = (double) smaller.width() / image.width();
        double down = (double) smaller.height() / image.height();
        return BoxPainter.paint(
                smaller, boxes.stream().map(box -> box.scaled(across, down)).toList());
    }

    /** The image, made smaller if an edge is longer than so many pixels. */
    public static RgbImage within(RgbImage image, int longest) {
        double scale = (double) longest / Math.max(image.width(), image.height());
        return scale >= 1
                ? image
                : BilinearResize.resize(image, scaled(image.width(), scale), scaled(image.height(), scale));
    }

    private static int scaled(int edge, double scale) {
        return (int) Math.max(1, Math.rint(edge * scale));
    }
}
