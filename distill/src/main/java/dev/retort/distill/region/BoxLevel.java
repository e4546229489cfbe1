package dev.retort.distill.region;

/**
 * The one level that a box belongs to in DeFeat's code (arXiv 2103.14475) and its version of fine-grained mimic: number floor(log2(sqrt((w +
 * 1)(h + 1))/56)) from the finest, within the pyramid. It was made for pyramids that begin at p2 and is kept for those that begin at
 * p3: boxes of up to 111 pixels belong to the finest level.
 */
public final class BoxLevel {
    private static final double FINEST_SIZE = 56;
    /** So that a box of exactly a power's size is not rounded down. */
    private static final double EPSILON = 1e-6;

    private BoxLevel() {}

    /**
     * The level's number from the finest, 0.
     *
     * @param boxes [n * 4] XYXY in pixels
     * @param box its number
     * @param levels of the pyramid
     */
    public static int of(double[] boxes, int box, int levels) {
        double width = boxes[4 * box + 2] - boxes[4 * box] + 1;
        double height = boxes[4 * box + 3] - boxes[4 * box + 1] + 1;
        double level = Math.floor(Math.log(Math.sqrt(width * height) / FINEST_SIZE + EPSILON) / Math.log(2));
        return (int) Math.max(0, Math.min(levels - 1, level));
    }
}
