package dev.retort.detection.eval;

/**
 * An annotated object, or with {@code crowd} a region of many that nobody told apart.
 *
 * @param x left edge of the box, in pixels
 * @param y top edge
 * @param width of the box
 * @param height of the box
 * @param area decides the size class; in COCO the area of the mask, not width * height
 */
public record GroundTruth(
        long id,
        long imageId,
        long categoryId,
        double x,
        double y,
        double width,
        double height,
        double area,
        boolean crowd) {}
