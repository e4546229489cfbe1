package dev.retort.detection.box;

/**
 * The labeled objects of one image, as the network sees it: resized and flipped, without padding.
 *
 * @param id what the image's random numbers are keyed by
 * @param height of the image without padding, pixels
 * @param width of the image without padding, pixels
 * @param boxes {@code [n, 4]} flattened, XYXY in pixels
 * @param classes {@code [n]}, 0 to K-1
 */
public record GroundTruth(long id, int height, int width, double[] boxes, int[] classes) {
    public GroundTruth {
        if (height <= 0 || width <= 0) {
            throw new IllegalArgumentException("Image " + id + " has size " + height + "x" + width);
        }
        if (boxes.length != 4 * classes.length) {
            throw new IllegalArgumentException("Image " + id + " has " + classes.length + " classes but " + boxes.length
                    + " box coordinates; each class needs 4");
        }
    }

    /** Number of objects, n. */
    public int count() {
        return classes.length;
    }

    /** Height and width. */
    public ImageSize size() {
        return new ImageSize(height, width);
    }
}
