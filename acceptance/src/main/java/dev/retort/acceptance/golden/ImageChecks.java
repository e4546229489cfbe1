package dev.retort.acceptance.golden;

import dev.retort.detection.data.Batch;
import dev.retort.detection.data.BilinearResize;
import dev.retort.detection.data.ImageInfo;
import dev.retort.detection.data.Normalization;
import dev.retort.detection.data.RgbImage;
import dev.retort.detection.data.Sample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The golden cases of how images enter a network: resizing, normalizing, padding. */
final class ImageChecks {
    private static final int CHANNELS = 3;
    /** Gray levels that a resized sample may be off by, as the set's description allows. */
    private static final double GRAY_LEVEL = 1;

    private ImageChecks() {}

    static Map<String, GoldenCheck> checks() {
        return Map.of("pil_resize", ImageChecks::resize, "preprocess", ImageChecks::preprocess);
    }

    private static void resize(GoldenCase golden) throws IOException {
        int[] shape = golden.shape("in.image");
        double[] values = golden.doubles("in.image");
        byte[] samples = new byte[values.length];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (byte) values[i];
        }
        List<Integer> size = Networks.integers(golden.attrs().required("new_size"));
        RgbImage resized = BilinearResize.resize(new RgbImage(shape[1], shape[0], samples), size.get(1), size.get(0));
        golden.expectWithin("out.image", unsigned(resized.rgb()), GRAY_LEVEL);
    }

    private static double[] unsigned(byte[] samples) {
        double[] values = new double[samples.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = samples[i] & 0xff;
        }
        return values;
    }

    private static void preprocess(GoldenCase golden) throws IOException {
        Normalization normalization = new Normalization(
                Networks.doubles(golden.attrs().required("pixel_mean")),
                Networks.doubles(golden.attrs().required("pixel_std")),
                true,
                1);
        List<Sample> samples = new ArrayList<>();
        for (int n = 0; golden.has("in.image_" + n); n++) {
            RgbImage image = image(golden, "in.image_" + n);
            ImageInfo info = new ImageInfo(n, "image_" + n, image.width(), image.height());
            samples.add(new Sample(info, image, new double[0], new int[0], false));
        }
        int multiple = golden.attrs().required("size_divisibility").intValue();
        Batch batch = Batch.of(samples, multiple);
        golden.expectExact(
                "out.image_sizes",
                samples.stream()
                        .flatMap(sample -> Stream.of(
                                sample.image().height(), sample.image().width()))
                        .mapToInt(Integer::intValue)
                        .toArray());
        golden.expectFloat32("out.batch", channelsFirst(batch.pixels(normalization), batch));
    }

    /** An image out of planes in the order blue, green, red. */
    private static RgbImage image(GoldenCase golden, String name) throws IOException {
        int[] shape = golden.shape(name);
        double[] planes = golden.doubles(name);
        int pixels = shape[1] * shape[2];
        byte[] rgb = new byte[planes.length];
        for (int i = 0; i < pixels; i++) {
            for (int c = 0; c < CHANNELS; c++) {
                double value = planes[(CHANNELS - 1 - c) * pixels + i];
                if (value != Math.rint(value) || value < 0 || value > 255) {
                    throw new AssertionError(golden.name() + ": " + name + " holds " + value + ", not an 8-bit value");
                }
                rgb[CHANNELS * i + c] = (byte) value;
            }
        }
        return new RgbImage(shape[2], shape[1], rgb);
    }

    private static float[] channelsFirst(float[] pixels, Batch batch) {
        float[] turned = new float[pixels.length];
        int plane = batch.height() * batch.width();
        for (int n = 0; n < batch.size(); n++) {
            for (int i = 0; i < plane; i++) {
                for (int c = 0; c < CHANNELS; c++) {
                    turned[(n * CHANNELS + c) * plane + i] = pixels[(n * plane + i) * CHANNELS + c];
                }
            }
        }
        return turned;
    }
}
