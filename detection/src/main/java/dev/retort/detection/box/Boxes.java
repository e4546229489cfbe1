package dev.retort.detection.box;

/**
 * Sets of axis-aligned boxes. Everywhere in this package n boxes are one {@code double[n * 4]} of XYXY corners
 * (left, top, right, bottom) in pixels, row after row; a box is empty if its right is not right of its left or its
 * bottom is not below its top.
 */
public final class Boxes {
    private Boxes() {}

    /**
     * Number of boxes in {@code boxes}.
     *
     * @throws IllegalArgumentException if the length is not a multiple of 4
     */
    public static int count(double[] boxes) {
        if (boxes.length % 4 != 0) {
            throw new IllegalArgumentException("Boxes are groups of 4 numbers, but there are " + boxes.length);
        }
        return boxes.length / 4;
    }

    /** Width of box {@code i}; negative if its corners are swapped. */
    public static double width(double[] boxes, int i) {
        return boxes[4 * i + 2] - boxes[4 * i];
    }

    /** Height of box {@code i}; negative if its corners are swapped. */
    public static double height(double[] boxes, int i) {
        return boxes[4 * i + 3] - boxes[4 * i + 1];
    }

    /** Width times height of box {@code i}. */
    public static double area(double[] boxes, int i) {
        return width(boxes, i) * height(boxes, i);
    }

    /** Whether box {@code i} has both a positive width and a positive height. */
    public static boolean isNonEmpty(double[] boxes, int i) {
        return width(boxes, i) > 0 && height(boxes, i) > 0;
    }

    /** The middle of each box, [n * 2]: x and y. */
    public static double[] centers(double[] boxes) {
        double[] centers = new double[2 * count(boxes)];
        for (int i = 0; i < centers.length; i++) {
            int corner = 4 * (i / 2) + i % 2;
            centers[i] = (boxes[corner] + boxes[corner + 2]) / 2;
        }
        return centers;
    }

    /** The boxes under a resize of their image: x times {@code scaleX}, y times {@code scaleY}. */
    public static double[] scale(double[] boxes, double scaleX, double scaleY) {
        double[] scaled = new double[4 * count(boxes)];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = boxes[i] * (i % 2 == 0 ? scaleX : scaleY);
        }
        return scaled;
    }

    /** The boxes mirrored left to right in an image of this width; left stays left of right. */
    public static double[] flipHorizontally(double[] boxes, double imageWidth) {
        double[] flipped = boxes.clone();
        for (int i = 0; i < count(boxes); i++) {
            flipped[4 * i] = imageWidth - boxes[4 * i + 2];
            flipped[4 * i + 2] = imageWidth - boxes[4 * i];
        }
        return flipped;
    }

    /** The boxes with every corner moved into the image, bounds included. */
    public static double[] clip(double[] boxes, ImageSize image) {
        double[] clipped = new double[4 * count(boxes)];
        for (int i = 0; i < clipped.length; i++) {
            double bound = i % 2 == 0 ? image.width() : image.height();
            clipped[i] = Math.min(Math.max(boxes[i], 0), bound);
        }
        return clipped;
    }

    /** The boxes of these indexes, in that order. */
    public static double[] select(double[] boxes, int[] indexes) {
        double[] selected = new double[4 * indexes.length];
        for (int i = 0; i < indexes.length; i++) {
            System.arraycopy(boxes, 4 * indexes[i], selected, 4 * i, 4);
        }
        return selected;
    }
}
