package dev.retort.detection.data;

/** The pixels of an image as the network sees them: {@link RgbImage 8-bit ones}, or {@link InterpolatedImage ones between}. */
public sealed interface Pixels permits RgbImage, InterpolatedImage {
    int width();

    int height();

    /**
     * Writes them, normalized, into a channels-last array.
     *
     * @param out receives the rows, each {@code rowLength} floats after the one before
     * @param offset where the first row begins
     */
    void normalize(Normalization normalization, float[] out, int offset, int rowLength);

    /** The mirror image, left and right exchanged. */
    Pixels flipped();

    /** The 8-bit image to look at. */
    RgbImage visible();
}
