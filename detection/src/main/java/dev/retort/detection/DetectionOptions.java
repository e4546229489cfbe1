package dev.retort.detection;

import dev.retort.detection.data.ImageFileReader;

/**
 * What a {@link Detector} is to look for. Start from {@link #DEFAULT}.
 *
 * @param scoreThreshold least score of an object, in [0, 1]. A network lists its best hundred objects above a score of its own
 *     (0.05), so that a lower threshold finds no more than that
 * @param maxPixels pixels that an image file may have, from 1 to {@link ImageFileReader#MOST_PIXELS}; it is refused by its header
 *     if it has more
 * @param batchSize most images of a list that are computed together. With 1 each has the bits that it would have alone. Larger
 *     batches take less time for small images and on GPUs, and more memory; kernels chosen for a batch may add in another order
 *     than those chosen for one image, so that scores and boxes may differ by rounding
 */
public record DetectionOptions(double scoreThreshold, long maxPixels, int batchSize) {
    /**
     * What {@code retort predict} draws: objects of score 0.5 and more, in files of at most 50 million pixels. An image at a
     * time.
     */
    public static final DetectionOptions DEFAULT = new DetectionOptions(0.5, ImageFileReader.DEFAULT_MAX_PIXELS, 1);

    public DetectionOptions {
        if (!(scoreThreshold >= 0 && scoreThreshold <= 1)) {
            throw new IllegalArgumentException("The score threshold must be from 0 to 1, not " + scoreThreshold);
        }
        if (maxPixels < 1 || maxPixels > ImageFileReader.MOST_PIXELS) {
            throw new IllegalArgumentException("The most pixels of an image must be from 1 to "
                    + ImageFileReader.MOST_PIXELS + ", not " + maxPixels);
        }
        if (batchSize < 1) {
            throw new IllegalArgumentException("A batch has 1 image or more, not " + batchSize);
        }
    }

    /** These options with another least score. */
    public DetectionOptions withScoreThreshold(double threshold) {
        return new DetectionOptions(threshold, maxPixels, batchSize);
    }

    /** These options with another limit of an image file's pixels. */
    public DetectionOptions withMaxPixels(long pixels) {
        return new DetectionOptions(scoreThreshold, pixels, batchSize);
    }

    /** These options with other batches of a list. */
    public DetectionOptions withBatchSize(int images) {
        return new DetectionOptions(scoreThreshold, maxPixels, images);
    }
}
