package dev.retort.detection.box;

/**
 * The labeled objects of one image, as the network sees it: resized and flipped, without padding.
 *
 * @param imageId what the image's random numbers are keyed by
 * @param size of the image without padding
 * @param boxes {@code [n, 4]} flattened, XYXY in pixels
 * @param classes {@code [n]}, 0 to K-1
 */
public record GroundTruth(long imageId, ImageSize size, double[] boxes, int[] classes) {
    public GroundTruth {
        if (boxes.length != 4 * classes.length) {
            throw new IllegalArgumentException("Image " + imageId + " has " + classes.length + " classes but "
                    + boxes.length + " box coordinates; each class needs 4");
        }
    }

    /** Number of objects, n. */
    public int count() {
        return classes.length;
    }
}
