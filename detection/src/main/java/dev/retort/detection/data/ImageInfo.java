package dev.retort.detection.data;

/** A picture of a COCO data set: its id, its file name relative to the picture folder, its size in pixels. */
public record ImageInfo(long id, String fileName, int width, int height) {
    /** Wider than high. Batches hold pictures of one kind; square pictures count as portrait. */
    public boolean landscape() {
        return width > height;
    }
}
