package dev.retort.detection.draw;

/** Colors, 0xRRGGBB: one for each class, and a scale for heat maps. */
public final class Palette {
    private static final double GOLDEN_SECTION = 0.6180339887498949;
    private static final double[] VALUES = {1.0, 0.8, 0.95};
    private static final double[] SATURATIONS = {0.85, 0.75, 0.5};

    /** From dark violet over blue, teal and green to light yellow: brightness rises evenly, in gray print too. */
    private static final int[] HEAT = {0x2b0a4f, 0x3b3a8c, 0x2d6b9a, 0x1f9a94, 0x45c172, 0xa3dd4a, 0xfdf05a};

    /** Contrast that small text wants at its best (Web Content Accessibility Guidelines 2.1, 1.4.6). */
    private static final double READABLE = 7;

    private static final double LIGHTER = 0.1;

    private Palette() {}

    /** A color for class k; neighbors in k lie far apart on the color circle. */
    public static int ofClass(int k) {
        double hue = k * GOLDEN_SECTION % 1;
        int tone = k / 7 % VALUES.length;
        return hsv(hue, SATURATIONS[tone], VALUES[tone]);
    }

    /** The heat color of a value, which is taken as 0 below 0 and as 1 above 1. */
    public static int heat(double value) {
        double position = Math.max(0, Math.min(1, value)) * (HEAT.length - 1);
        int below = Math.min((int) position, HEAT.length - 2);
        return mix(HEAT[below], HEAT[below + 1], position - below);
    }

    /** The color {@code share} of the way from one to another. */
    static int mix(int from, int to, double share) {
        int mixed = 0;
        for (int shift = 16; shift >= 0; shift -= 8) {
            int a = from >> shift & 0xff;
            int b = to >> shift & 0xff;
            mixed |= (int) (a + (b - a) * share + 0.5) << shift;
        }
        return mixed;
    }

    /** Black or white, whichever is easier to read on a color. */
    static int readableOn(int color) {
        return contrast(color, 0x000000) >= contrast(color, 0xffffff) ? 0x000000 : 0xffffff;
    }

    /** The color, made lighter as far as it must be to be read on black. */
    static int readableOnBlack(int color) {
        for (double share = 0; share < 1; share += LIGHTER) {
            int lighter = mix(color, 0xffffff, share);
            if (contrast(lighter, 0x000000) >= READABLE) {
                return lighter;
            }
        }
        return 0xffffff;
    }

    /** Contrast of two colors, 1 to 21 (Web Content Accessibility Guidelines 2.1, "contrast ratio"). */
    static double contrast(int one, int other) {
        double a = luminance(one) + 0.05;
        double b = luminance(other) + 0.05;
        return Math.max(a, b) / Math.min(a, b);
    }

    /** Light of an sRGB color, 0 to 1. */
    static double luminance(int color) {
        return 0.2126 * linear(color >> 16 & 0xff) + 0.7152 * linear(color >> 8 & 0xff) + 0.0722 * linear(color & 0xff);
    }

    private static double linear(int channel) {
        double value = channel / 255.0;
        return value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
    }

    private static int hsv(double hue, double saturation, double value) {
        int color = 0;
        for (int offset : new int[] {5, 3, 1}) {
            double k = (offset + hue * 6) % 6;
            double channel = value - value * saturation * Math.max(0, Math.min(1, Math.min(k, 4 - k)));
            color = color << 8 | (int) (channel * 255 + 0.5);
        }
        return color;
    }
}
