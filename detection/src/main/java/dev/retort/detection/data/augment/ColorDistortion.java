package dev.retort.detection.data.augment;

import dev.retort.detection.data.Augmentation;
import dev.retort.detection.data.LabeledImage;
import dev.retort.detection.data.RgbImage;
import dev.retort.tensor.random.Purpose;
import dev.retort.tensor.random.RandomSequence;

/**
 * The photometric distortion of SSD (Liu et al., arXiv 1512.02325, section 2.2, after Howard, arXiv 1312.5402), with the
 * ranges of its published code: brightness adds -32 to 32 levels, contrast multiplies levels by 0.5 to 1.5, saturation and hue
 * of HSV are multiplied by 0.5 to 1.5 and turned by -18 to 18 degrees. Each is done with one probability, in a random order.
 * Levels are rounded and clipped to 0..255 after each.
 *
 * @param probability of each of the four; 0.5 in SSD
 */
public record ColorDistortion(double probability) implements Augmentation {
    private static final double BRIGHTNESS = 32;
    private static final double LEAST_FACTOR = 0.5;
    private static final double MOST_FACTOR = 1.5;
    private static final double HUE = 18;
    private static final double SECTOR = 60;

    /** What may be done, in the order of their draws. */
    private enum Change {
        BRIGHTNESS,
        CONTRAST,
        SATURATION,
        HUE
    }

    public ColorDistortion {
        Probability.check(probability);
    }

    @Override
    public Purpose purpose() {
        return Purpose.COLOR;
    }

    @Override
    public LabeledImage apply(LabeledImage image, RandomSequence draws) {
        Change[] order = Change.values();
        for (int i = 1; i < order.length; i++) {
            int j = draws.below(i + 1);
            Change other = order[i];
            order[i] = order[j];
            order[j] = other;
        }
        RgbImage changed = image.visible();
        for (Change change : order) {
            // Drawn whether it is needed or not.
            boolean wanted = draws.chance(probability);
            double amount = draws.uniform();
            if (wanted) {
                changed = changed(changed, change, amount);
            }
        }
        return image.with(changed);
    }

    private static RgbImage changed(RgbImage image, Change change, double amount) {
        double factor = LEAST_FACTOR + (MOST_FACTOR - LEAST_FACTOR) * amount;
        double around = 2 * amount - 1;
        return switch (change) {
            case BRIGHTNESS -> levels(image, 1, BRIGHTNESS * around);
            case CONTRAST -> levels(image, factor, 0);
            case SATURATION -> saturation(image, factor);
            case HUE -> hue(image, HUE * around);
        };
    }

    /** Every level times {@code factor} plus {@code shift}. */
    static RgbImage levels(RgbImage image, double factor, double shift) {
        byte[] table = new byte[256];
        for (int level = 0; level < table.length; level++) {
            table[level] = toByte(level * factor + shift);
        }
        byte[] rgb = new byte[image.rgb().length];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = table[image.rgb()[i] & 0xff];
        }
        return new RgbImage(image.width(), image.height(), rgb);
    }

    /** The saturation times {@code factor}, at most 1; hue and value stay. */
    static RgbImage saturation(RgbImage image, double factor) {
        return eachPixel(image, (r, g, b, out, at) -> {
            int most = Math.max(r, Math.max(g, b));
            int least = Math.min(r, Math.min(g, b));
            // The distances from the largest channel are proportional to the saturation, (most - least) / most.
            double by = most == least ? 1 : Math.min(factor, (double) most / (most - least));
            out[at] = toByte(most - (most - r) * by);
            out[at + 1] = toByte(most - (most - g) * by);
            out[at + 2] = toByte(most - (most - b) * by);
        });
    }

    /** The hue turned by so many degrees; saturation and value stay. */
    static RgbImage hue(RgbImage image, double degrees) {
        return eachPixel(image, (r, g, b, out, at) -> {
            int most = Math.max(r, Math.max(g, b));
            int chroma = most - Math.min(r, Math.min(g, b));
            double sector = 0;
            if (chroma > 0) {
                double distance = most == r ? g - b : most == g ? b - r : r - g;
                sector = distance / chroma + (most == r ? 0 : most == g ? 2 : 4);
            }
            double turned = sector + degrees / SECTOR;
            out[at] = channel(turned + 5, most, chroma);
            out[at + 1] = channel(turned + 3, most, chroma);
            out[at + 2] = channel(turned + 1, most, chroma);
        });
    }

    /** A channel of HSV with its hue in sectors of 60 degrees, from 5 (red), 3 (green) or 1 (blue) on. */
    private static byte channel(double sectors, int value, int chroma) {
        double k = sectors - 6 * Math.floor(sectors / 6);
        return toByte(value - chroma * Math.max(0, Math.min(1, Math.min(k, 4 - k))));
    }

    @FunctionalInterface
    private interface Pixel {
        void change(int r, int g, int b, byte[] out, int at);
    }

    private static RgbImage eachPixel(RgbImage image, Pixel pixel) {
        byte[] in = image.rgb();
        byte[] out = new byte[in.length];
        for (int i = 0; i < in.length; i += 3) {
            pixel.change(in[i] & 0xff, in[i + 1] & 0xff, in[i + 2] & 0xff, out, i);
        }
        return new RgbImage(image.width(), image.height(), out);
    }

    private static byte toByte(double level) {
        return (byte) Math.max(0, Math.min(255, Math.round(level)));
    }
}
