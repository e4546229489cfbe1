package dev.retort.detection.data;

/**
 * An annotated object: box (x, y, w, h) in pixels with (x, y) the top left corner, {@code area} in square pixels as the
 * file has it (the evaluation's size class; in COCO that of the mask, not w*h), {@code crowd} if it stands for a group
 * that nobody told apart.
 */
public record Annotation(
        long id, long imageId, long categoryId, double x, double y, double w, double h, double area, boolean crowd) {}
