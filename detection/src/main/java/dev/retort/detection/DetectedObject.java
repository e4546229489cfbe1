package dev.retort.detection;

import java.util.Locale;

/**
 * An object that a {@link Detector} found in an image. The box is in pixels of the image that the program gave, its corners
 * between pixels: x from 0 at the left edge to the image's width, y from 0 at the top edge to its height.
 *
 * @param label name of the class
 * @param score how sure the detector is, in [0, 1]
 * @param classIndex index of the class in {@link Detector#categories}
 * @param categoryId the class's id in the data set that the detector was trained on
 * @param left x of the box's left edge
 * @param top y of its top edge
 * @param right x of its right edge, more than {@code left}
 * @param bottom y of its bottom edge, more than {@code top}
 */
public record DetectedObject(
        String label,
        double score,
        int classIndex,
        long categoryId,
        double left,
        double top,
        double right,
        double bottom) {

    /** The same as {@link #left}. */
    public double x() {
        return left;
    }

    /** The same as {@link #top}. */
    public double y() {
        return top;
    }

    /** Width of the box, in pixels. */
    public double width() {
        return right - left;
    }

    /** Height of the box, in pixels. */
    public double height() {
        return bottom - top;
    }

    /** For example {@code circle 0.93 at (12.0, 30.5), 40.2 x 38.9}. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "%s %.2f at (%.1f, %.1f), %.1f x %.1f", label, score, left, top, width(), height());
    }
}
