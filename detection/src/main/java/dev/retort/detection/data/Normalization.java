package dev.retort.detection.data;

import java.util.List;

/**
 * From 8-bit samples to network input: channel c becomes {@code (value * scale - mean[c]) / std[c]}, channels in the
 * order blue, green, red if {@code bgr}, else red, green, blue. {@code mean} and {@code std} are in that order too.
 */
public record Normalization(List<Double> mean, List<Double> std, boolean bgr, double scale) {
    /** For weights from MSRA (Caffe): BGR, 0..255, mean only. */
    public static final Normalization MSRA =
            new Normalization(List.of(103.53, 116.28, 123.675), List.of(1.0, 1.0, 1.0), true, 1);

    /** For weights from torchvision: RGB, 0..1, ImageNet's mean and standard deviation. */
    public static final Normalization TORCHVISION =
            new Normalization(List.of(0.485, 0.456, 0.406), List.of(0.229, 0.224, 0.225), false, 1.0 / 255);

    public Normalization {
        mean = List.copyOf(mean);
        std = List.copyOf(std);
        if (mean.size() != 3 || std.size() != 3) {
            throw new IllegalArgumentException(
                    "A normalization has three means and three standard deviations, not " + mean + " and " + std);
        }
        if (std.stream().anyMatch(value -> !(value > 0))) {
            throw new IllegalArgumentException("Standard deviations must be positive, not " + std);
        }
    }

    /**
     * Writes an image into a channels-last array.
     *
     * @param out receives the image's rows, each {@code rowLength} floats after the one before
     * @param offset where the first row begins
     */
    void apply(RgbImage image, float[] out, int offset, int rowLength) {
        // 256 possible values a channel: a table is exact and needs no arithmetic a pixel.
        float[][] tables = {table(0), table(1), table(2)};
        int red = bgr ? 2 : 0;
        int blue = 2 - red;
        byte[] rgb = image.rgb();
        int from = 0;
        for (int y = 0; y < image.height(); y++) {
            int to = offset + y * rowLength;
            for (int x = 0; x < image.width(); x++, from += 3, to += 3) {
                out[to + red] = tables[red][rgb[from] & 0xff];
                out[to + 1] = tables[1][rgb[from + 1] & 0xff];
                out[to + blue] = tables[blue][rgb[from + 2] & 0xff];
            }
        }
    }

    private float[] table(int channel) {
        float[] table = new float[256];
        for (int value = 0; value < 256; value++) {
            table[value] = (float) ((value * scale - mean.get(channel)) / std.get(channel));
        }
        return table;
    }
}
