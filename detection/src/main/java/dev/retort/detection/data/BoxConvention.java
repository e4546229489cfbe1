package dev.retort.detection.data;

/**
 * Watches the boxes of a data set for other conventions than [x, y, width, height] in pixels, which no single box gives
 * away.
 *
 * <ul>
 *   <li>Fractions of the image: every number of every box is at most 1.
 *   <li>Corners [x1, y1, x2, y2]: more than half of the boxes leave their image if their last two numbers are a size,
 *       and at least 19 of 20 fit it as corners.
 * </ul>
 *
 * Fewer than {@value #EVIDENCE} boxes prove nothing and are only noted.
 */
final class BoxConvention {
    private static final int EVIDENCE = 4;
    private static final double SLACK = 1;
    private static final double MOST = 0.95;

    private int boxes;
    private int fractions;
    private int leaving;
    private int corners;

    void add(double[] box, ImageInfo image) {
        boxes++;
        boolean small = image.width() <= SLACK || image.height() <= SLACK;
        if (!small && box[0] >= 0 && box[1] >= 0 && box[0] <= 1 && box[1] <= 1 && box[2] <= 1 && box[3] <= 1) {
            fractions++;
        }
        boolean fits = box[0] >= -SLACK
                && box[1] >= -SLACK
                && box[2] > box[0]
                && box[3] > box[1]
                && box[2] <= image.width() + SLACK
                && box[3] <= image.height() + SLACK;
        if (fits) {
            corners++;
        }
        if (box[0] + box[2] > image.width() + SLACK || box[1] + box[3] > image.height() + SLACK) {
            leaving++;
        }
    }

    /** What the boxes are instead of [x, y, width, height] in pixels; null if there is no sign of it. */
    String suspicion() {
        if (boxes > 0 && fractions == boxes) {
            return "all " + boxes + " boxes lie between 0 and 1: bbox is in pixels, not in fractions of the image."
                    + " Multiply x and width by the image's width, y and height by its height";
        }
        if (2 * leaving > boxes && corners >= MOST * boxes) {
            return leaving + " of " + boxes + " boxes leave their image, but would fit it as two corners: bbox is"
                    + " [x, y, width, height], not [x1, y1, x2, y2]. Write x2 - x1 and y2 - y1 as the size; if they are"
                    + " sizes, clip the boxes to their images";
        }
        return null;
    }

    /** Whether there are enough boxes to refuse them. */
    boolean isCertain() {
        return boxes >= EVIDENCE;
    }
}
