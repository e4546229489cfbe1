package dev.retort.serve.detect;

import dev.retort.detection.data.ImageFileReader;

/**
 * How much may be computed and wait at once.
 *
 * @param workers networks that run at once
 * @param maxBatch most images that are computed together. With 1 each has the bits that it has alone; see {@link
 *     dev.retort.detection.DetectionOptions#batchSize}
 * @param maxWaitMillis how long an image waits for others to be computed with
 * @param queue images that may wait
 * @param maxPixels pixels that an image may have
 */
public record DetectionLimits(int workers, int maxBatch, long maxWaitMillis, int queue, long maxPixels) {
    public DetectionLimits {
        require(workers >= 1, "workers", workers, "1 or more");
        require(maxBatch >= 1, "max-batch", maxBatch, "1 or more");
        require(maxWaitMillis >= 0, "max-wait", maxWaitMillis, "0 or more");
        require(queue >= 1, "queue", queue, "1 or more");
        require(
                maxPixels >= 1 && maxPixels <= ImageFileReader.MOST_PIXELS,
                "max-pixels",
                maxPixels,
                "from 1 to " + ImageFileReader.MOST_PIXELS);
    }

    private static void require(boolean holds, String name, long value, String range) {
        if (!holds) {
            throw new IllegalArgumentException("--" + name + " must be " + range + ", not " + value);
        }
    }
}
