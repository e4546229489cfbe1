package dev.retort.detection.data;

/** Batches by number. Batch t is a pure function of t, so any run can be resumed anywhere. */
public interface BatchSource {
    /**
     * Decodes and transforms the images of a batch.
     *
     * @throws DataException if an image cannot be used
     */
    Batch at(long iteration);

    /** Number of batches; {@link Long#MAX_VALUE} where there is no end. */
    long count();
}
