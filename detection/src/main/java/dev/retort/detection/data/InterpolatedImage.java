package dev.retort.detection.data;

import dev.retort.detection.box.ImageSize;

/**
 * An image that is resized after it was normalized, in float32 and without rounding to 8 bits, as torchvision's detectors do
 * (models/detection/transform.py; torch's bilinear interpolation with half-pixel centers): pixel i sits at (i + 1/2)*n/m - 1/2 of the
 * n source pixels, not below 0, and takes the two beside it. Shrinking leaves source pixels out: nothing is blurred first.
 *
 * @param source at its own size
 * @param width wanted
 * @param height wanted
 */
public record InterpolatedImage(RgbImage source, int width, int height) implements Pixels {
    public InterpolatedImage {
        if (width <= 0 || height <= 0) {
            throw new IllegalArgumentException("Cannot resize to " + width + "x" + height + ": both must be positive");
        }
    }

    @Override
    public void normalize(Normalization normalization, float[] out, int offset, int rowLength) {
        float[] values = new float[3 * source.width() * source.height()];
        source.normalize(normalization, values, 0, 3 * source.width());
        interpolate(
                values,
                new ImageSize(source.height(), source.width()),
                new ImageSize(height, width),
                out,
                offset,
                rowLength);
    }

    /**
     * Interpolates an image of 3 channels.
     *
     * @param values [H, W, 3] of size {@code from}
     * @param out receives the rows of size {@code to}, each {@code rowLength} floats after the one before
     * @param offset where the first row begins
     */
    public static void interpolate(
            float[] values, ImageSize from, ImageSize to, float[] out, int offset, int rowLength) {
        int sourceRow = 3 * from.width();
        Axis across = Axis.of(from.width(), to.width());
        Axis down = Axis.of(from.height(), to.height());
        for (int y = 0; y < to.height(); y++) {
            int upper = down.first[y] * sourceRow;
            int lower = down.second[y] * sourceRow;
            float bottom = down.share[y];
            int at = offset + y * rowLength;
            for (int x = 0; x < to.width(); x++) {
                int left = 3 * across.first[x];
                int right = 3 * across.second[x];
                float rest = across.share[x];
                for (int c = 0; c < 3; c++) {
                    float above = (1 - rest) * values[upper + left + c] + rest * values[upper + right + c];
                    float below = (1 - rest) * values[lower + left + c] + rest * values[lower + right + c];
                    out[at++] = (1 - bottom) * above + bottom * below;
                }
            }
        }
    }

    /** For each pixel of an axis the two source pixels that it takes and the share of the second. */
    private record Axis(int[] first, int[] second, float[] share) {
        static Axis of(int inSize, int outSize) {
            Axis axis = new Axis(new int[outSize], new int[outSize], new float[outSize]);
            float scale = (float) inSize / outSize;
            for (int i = 0; i < outSize; i++) {
                float at = Math.max(0, scale * (i + 0.5f) - 0.5f);
                axis.first[i] = Math.min((int) at, inSize - 1);
                axis.second[i] = Math.min(axis.first[i] + 1, inSize - 1);
                axis.share[i] = Math.min(Math.max(at - axis.first[i], 0), 1);
            }
            return axis;
        }
    }

    @Override
    public InterpolatedImage flipped() {
        return new InterpolatedImage(source.flipped(), width, height);
    }

    /** Resized as {@link BilinearResize} does it. */
    @Override
    public RgbImage visible() {
        return BilinearResize.resize(source, width, height);
    }
}
