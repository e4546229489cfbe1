package dev.retort.detection.eval;

import java.io.Serializable;

/**
 * A detected object.
 *
 * @param x left edge of the box, in pixels
 * @param y top edge
 * @param width of the box
 * @param height of the box
 * @param score higher is surer
 */
public record Detection(long imageId, long categoryId, double x, double y, double width, double height, double score)
        implements Serializable {
    /** Width times height; a detection has no other area. */
    public double area() {
        return width * height;
    }
}
