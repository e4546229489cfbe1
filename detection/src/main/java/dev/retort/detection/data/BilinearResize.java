package dev.retort.detection.data;

import java.util.Arrays;

/**
 * Bilinear resizing as the Python Imaging Library does it: a triangle filter that is widened when shrinking, so that
 * every source pixel counts; first along rows, then along columns, each pass rounded to 8 bits.
 *
 * <p>Along one axis from n to m pixels, with scale s = n/m and filter half-width r = max(s, 1): output pixel i sits at
 * c = (i + 1/2)*s, takes source pixels j in [floor(c - r + 1/2), floor(c + r + 1/2)), cut off at the borders, with
 * weights proportional to max(0, 1 - |j + 1/2 - c| / r), which are made to sum to 1 and held as fixed-point numbers of
 * 22 fraction bits (a signed 32-bit sum of 8-bit values has that many to spare, less two for negative lobes of other
 * filters).
 */
public final class BilinearResize {
    private static final int FRACTION_BITS = 32 - 8 - 2;
    private static final int ONE_HALF = 1 << (FRACTION_BITS - 1);

    private BilinearResize() {}

    /** The image at another size; the same object if the size is the same. */
    public static RgbImage resize(RgbImage image, int newWidth, int newHeight) {
        if (newWidth <= 0 || newHeight <= 0) {
            throw new IllegalArgumentException(
                    "Cannot resize to " + newWidth + "x" + newHeight + ": both must be positive");
        }
        RgbImage result = image;
        if (newWidth != result.width()) {
            result = alongRows(result, newWidth);
        }
        if (newHeight != result.height()) {
            result = alongColumns(result, newHeight);
        }
        return result;
    }

    /** For each output pixel the first source pixel and the weights, {@code weights[i * taps + k]} for the k-th. */
    private record Filter(int[] first, int[] count, int[] weights, int taps) {
        static Filter of(int inSize, int outSize) {
            double scale = (double) inSize / outSize;
            double radius = Math.max(scale, 1);
            int taps = (int) Math.ceil(radius) * 2 + 1;
            int[] first = new int[outSize];
            int[] count = new int[outSize];
            int[] weights = new int[outSize * taps];
            double[] exact = new double[taps];
            for (int i = 0; i < outSize; i++) {
                double center = (i + 0.5) * scale;
                int begin = Math.max((int) (center - radius + 0.5), 0);
                int end = Math.min((int) (center + radius + 0.5), inSize);
                double sum = 0;
                for (int j = begin; j < end; j++) {
                    double weight = Math.max(0, 1 - Math.abs((j - center + 0.5) / radius));
                    exact[j - begin] = weight;
                    sum += weight;
                }
                first[i] = begin;
                count[i] = end - begin;
                for (int k = 0; k < count[i]; k++) {
                    weights[i * taps + k] = (int) (0.5 + exact[k] / sum * (1 << FRACTION_BITS));
                }
            }
            return new Filter(first, count, weights, taps);
        }
    }

    private static RgbImage alongRows(RgbImage image, int newWidth) {
        Filter filter = Filter.of(image.width(), newWidth);
        byte[] in = image.rgb();
        byte[] out = new byte[3 * newWidth * image.height()];
        int to = 0;
        for (int y = 0; y < image.height(); y++) {
            int row = 3 * y * image.width();
            for (int x = 0; x < newWidth; x++, to += 3) {
                int r = ONE_HALF;
                int g = ONE_HALF;
                int b = ONE_HALF;
                int from = row + 3 * filter.first[x];
                int weightEnd = x * filter.taps + filter.count[x];
                for (int w = x * filter.taps; w < weightEnd; w++, from += 3) {
                    int weight = filter.weights[w];
                    r += weight * (in[from] & 0xff);
                    g += weight * (in[from + 1] & 0xff);
                    b += weight * (in[from + 2] & 0xff);
                }
                out[to] = toByte(r);
                out[to + 1] = toByte(g);
                out[to + 2] = toByte(b);
            }
        }
        return new RgbImage(newWidth, image.height(), out);
    }

    private static RgbImage alongColumns(RgbImage image, int newHeight) {
        Filter filter = Filter.of(image.height(), newHeight);
        int stride = 3 * image.width();
        byte[] in = image.rgb();
        byte[] out = new byte[stride * newHeight];
        int[] sums = new int[stride];
        for (int y = 0; y < newHeight; y++) {
            Arrays.fill(sums, ONE_HALF);
            for (int k = 0; k < filter.count[y]; k++) {
                int weight = filter.weights[y * filter.taps + k];
                int from = (filter.first[y] + k) * stride;
                for (int x = 0; x < stride; x++) {
                    sums[x] += weight * (in[from + x] & 0xff);
                }
            }
            for (int x = 0; x < stride; x++) {
                out[y * stride + x] = toByte(sums[x]);
            }
        }
        return new RgbImage(image.width(), newHeight, out);
    }

    /** Rounded weights may sum to a little more than one, so the result can reach 256. */
    private static byte toByte(int sum) {
        return (byte) Math.min(sum >> FRACTION_BITS, 255);
    }
}
