package dev.retort.distill.icd;

/**
 * What was drawn at random for the K slots of one image. The slots of real instances keep only their jitter.
 *
 * @param classes {@code [K]}: classes of the sampled instances
 * @param boxes {@code [K, 4]} flattened: their boxes, XYXY as fractions of the image; they may reach beyond it
 * @param jitter {@code [K, 2]} flattened: uniform numbers in [0, 1) that move the centers in x and y
 */
public record SlotDraws(int[] classes, double[] boxes, double[] jitter) {
    public SlotDraws {
        if (classes.length == 0) {
            throw new IllegalArgumentException("An image needs draws for at least 1 slot, even without instances");
        }
        if (boxes.length != 4 * classes.length || jitter.length != 2 * classes.length) {
            throw new IllegalArgumentException("Draws for " + classes.length + " slots need 4 box coordinates and 2"
                    + " jitters each, not " + boxes.length + " and " + jitter.length + " in all");
        }
    }

    /** Number of slots, K. */
    public int slots() {
        return classes.length;
    }
}
