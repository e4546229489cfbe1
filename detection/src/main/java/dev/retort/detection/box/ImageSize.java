package dev.retort.detection.box;

/** Height and width of an image in pixels, in this order as everywhere in the field. */
public record ImageSize(int height, int width) {
    public ImageSize {
        if (height <= 0 || width <= 0) {
            throw new IllegalArgumentException("An image of " + height + " x " + width + " pixels is empty");
        }
    }
}
