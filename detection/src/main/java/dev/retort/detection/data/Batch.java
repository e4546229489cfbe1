package dev.retort.detection.data;

import dev.retort.detection.box.GroundTruth;
import dev.retort.detection.box.ImageSize;
import java.util.Arrays;
import java.util.List;

/**
 * Images that go through the network together, padded at the right and bottom to a common size. The images stay in 8
 * bits until {@link #pixels} is asked for, so that a teacher and a student with different normalizations see the same
 * batch.
 *
 * @param height common height, a multiple of what was asked for
 * @param width common width
 */
public record Batch(List<Sample> samples, int height, int width) {
    /** Color channels of the network's input. */
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
            height = Math.max(height, sample.image().height());
            width = Math.max(width, sample.image().width());
        }
        ImageSize padded = padded(new ImageSize(height, width), multiple);
        return new Batch(List.copyOf(samples), padded.height(), padded.width());
    }

    /** The smallest multiples of {@code multiple} that hold an image. */
    public static ImageSize padded(ImageSize image, int multiple) {
        return new ImageSize(roundUp(image.height(), multiple), roundUp(image.width(), multiple));
    }

    private static int roundUp(int size, int multiple) {
        return (size + multiple - 1) / multiple * multiple;
    }

    /** Number of images, N. */
    public int size() {
        return samples.size();
    }

    /** Number of floats of the network's input: N*H*W*3. */
    public int pixelCount() {
        long count = (long) size() * height * width * CHANNELS;
        if (count > Integer.MAX_VALUE) {
            throw new DataException("A batch of " + size() + " images of " + width + "x" + height
                    + " pixels is too large for one tensor: " + count + " numbers, at most " + Integer.MAX_VALUE
                    + ". Make batches or images smaller.");
        }
        return (int) count;
    }

    /** The network's input, {@code [N, H, W, 3]}: normalized, then padded with zeros. */
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
            samples.get(n).image().normalize(normalization, out, n * height * rowLength, rowLength);
        }
    }

    /** The objects of each image, in the image without padding. */
    public List<GroundTruth> groundTruth() {
        return samples.stream()
                .map(sample -> new GroundTruth(
                        sample.info().id(),
                        sample.image().height(),
                        sample.image().width(),
                        sample.boxes(),
                        sample.classes()))
                .toList();
    }

    /** Heights of the images without padding: {@code [N]}. */
    public int[] heights() {
        return samples.stream().mapToInt(sample -> sample.image().height()).toArray();
    }

    /** Widths of the images without padding: {@code [N]}. */
    public int[] widths() {
        return samples.stream().mapToInt(sample -> sample.image().width()).toArray();
    }

    /** Boxes of image n: {@code [k, 4]} flattened, XYXY. */
    public double[] boxes(int n) {
        return samples.get(n).boxes();
    }

    /** Classes of image n: {@code [k]}. */
    public int[] classes(int n) {
        return samples.get(n).classes();
    }
}
