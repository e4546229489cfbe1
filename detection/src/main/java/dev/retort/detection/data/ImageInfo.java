package dev.retort.detection.data;

/** An image of a COCO data set: its id, its file name relative to the image folder, its size in pixels. */
public record ImageInfo(long id, String fileName, int width, int height) {
    /** Wider than high. Batches hold images of one kind; square images count as portrait. */
    public boolean landscape() {
        return width > height;
    }
}
