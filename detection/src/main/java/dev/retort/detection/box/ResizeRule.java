package dev.retort.detection.box;

/**
 * The size that an image is resized to: its shorter edge becomes {@code shortestEdge} unless the longer one would then
 * exceed {@code longestEdge}; in that case both shrink to respect it. Proportions are kept, sizes are rounded half up.
 *
 * @param shortestEdge wanted length of the shorter edge, in pixels
 * @param longestEdge largest length of the longer edge, in pixels
 */
public record ResizeRule(int shortestEdge, int longestEdge) {
    public ResizeRule {
        if (shortestEdge <= 0 || longestEdge <= 0) {
            throw new IllegalArgumentException(
                    "Edges must be positive: shortest " + shortestEdge + ", longest " + longestEdge);
        }
    }

    /** The new size of an image. An edge that would round to nothing keeps one pixel. */
    public ImageSize apply(ImageSize image) {
        double scale = (double) shortestEdge / Math.min(image.height(), image.width());
        // The shorter edge is set, not multiplied, so that it is met exactly.
        double height = image.height() < image.width() ? shortestEdge : scale * image.height();
        double width = image.height() < image.width() ? scale * image.width() : shortestEdge;
        double longer = Math.max(height, width);
        if (longer > longestEdge) {
            double shrink = longestEdge / longer;
            height *= shrink;
            width *= shrink;
        }
        return new ImageSize(round(height), round(width));
    }

    private static int round(double edge) {
        return Math.max(1, (int) (edge + 0.5));
    }
}
