package dev.retort.distill.icd;

/**
 * The real instances of one image, as the network sees it (resized and flipped, without padding).
 *
 * @param id what the image's random numbers are keyed by
 * @param height pixels
 * @param width pixels
 * @param boxes {@code [n, 4]} flattened, XYXY in pixels
 * @param classes {@code [n]}
 */
public record ImageInstances(long id, int height, int width, double[] boxes, int[] classes) {
    public ImageInstances {
        if (height <= 0 || width <= 0) {
            throw new IllegalArgumentException("Image " + id + " has size " + height + "x" + width);
        }
        if (boxes.length != 4 * classes.length) {
            throw new IllegalArgumentException("Image " + id + " has " + classes.length + " classes but " + boxes.length
                    + " box coordinates; each class needs 4");
        }
    }

    /** Number of real instances. */
    public int count() {
        return classes.length;
    }
}
