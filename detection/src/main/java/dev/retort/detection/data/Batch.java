package dev.retort.detection.data;

import dev.retort.detection.box.GroundTruth;
import dev.retort.detection.box.ImageSize;
import java.util.Arrays;
import java.util.List;

/**
 * Pictures that go through the network together, padded at the right and bottom to a common size. The pictures stay in 8
 * bits until {@link #pixels} is asked for, so that a teacher and a student with different normalisations see the same
 * batch.
 *
 * @param height common height, a multiple of what was asked for
 * @param width common width
 */
public record Batch(List<Sample> samples, int height, int width) {
    /** Colour channels of the network's input. */
    public static final int CHANNELS = 3;

    /** The batch of these samples, its size the smallest multiple of {@code multiple} that holds them all. */
    public static Batch of(List<Sample> samples, int multiple) {
        if (samples.isEmpty() || multiple <= 0) {
            throw new IllegalArgumentException(
                    "A batch needs samples and a positive size multiple, not " + samples.size() + " and " + multiple);
        }
        int height = 0;
        int width = 0;
        for (Sample sample : samples) {
            height = Math.max(height, sample.picture().height());
            width = Math.max(width, sample.picture().width());
        }
        ImageSize padded = padded(new ImageSize(height, width), multiple);
        return new Batch(List.copyOf(samples), padded.height(), padded.width());
    }

    /** The smallest multiples of {@code multiple} that hold a picture. */
    public static ImageSize padded(ImageSize picture, int multiple) {
        return new ImageSize(roundUp(picture.height(), multiple), roundUp(picture.width(), multiple));
    }

    private static int roundUp(int size, int multiple) {
        return (size + multiple - 1) / multiple * multiple;
    }

    /** Number of pictures, N. */
    public int size() {
        return samples.size();
    }

    /** Number of floats of the network's input: N*H*W*3. */
    public int pixelCount() {
        long count = (long) size() * height * width * CHANNELS;
        if (count > Integer.MAX_VALUE) {
            throw new DataException("A batch of " + size() + " pictures of " + width + "x" + height
                    + " pixels is too large for one tensor: " + count + " numbers, at most " + Integer.MAX_VALUE
                    + ". Make batches or pictures smaller.");
        }
        return (int) count;
    }

    /** The network's input, {@code [N, H, W, 3]}: normalised, then padded with zeros. */
    public float[] pixels(Normalization normalization) {
        float[] out = new float[pixelCount()];
        pixels(normalization, out);
        return out;
    }

    /** As {@link #pixels(Normalization)}, into an array of at least {@link #pixelCount()} floats that is used again. */
    public void pixels(Normalization normalization, float[] out) {
        int rowLength = width * CHANNELS;
        Arrays.fill(out, 0, pixelCount(), 0);
        for (int n = 0; n < size(); n++) {
            normalization.apply(samples.get(n).picture(), out, n * height * rowLength, rowLength);
        }
    }

    /** The objects of each image, in the image without padding. */
    public List<GroundTruth> groundTruth() {
        return samples.stream()
                .map(sample -> new GroundTruth(
                        sample.info().id(),
                        sample.picture().height(),
                        sample.picture().width(),
                        sample.boxes(),
                        sample.classes()))
                .toList();
    }

    /** Heights of the pictures without padding: {@code [N]}. */
    public int[] heights() {
        return samples.stream().mapToInt(sample -> sample.picture().height()).toArray();
    }

    /** Widths of the pictures without padding: {@code [N]}. */
    public int[] widths() {
        return samples.stream().mapToInt(sample -> sample.picture().width()).toArray();
    }

    /** Boxes of picture n: {@code [k, 4]} flattened, XYXY. */
    public double[] boxes(int n) {
        return samples.get(n).boxes();
    }

    /** Classes of picture n: {@code [k]}. */
    public int[] classes(int n) {
        return samples.get(n).classes();
    }
}
