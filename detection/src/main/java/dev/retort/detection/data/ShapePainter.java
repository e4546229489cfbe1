package dev.retort.detection.data;

import dev.retort.tensor.random.RandomSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Paints one image of the generated data set: a textured background, shapes one over the other, sensor noise. Everything
 * is drawn from one random sequence by strict arithmetic, so the pixels do not depend on machine, thread or font.
 */
final class ShapePainter {
    /** Sub-samples a pixel, along each axis, for smooth edges. */
    private static final int SUBSAMPLES = 3;
    /** Colors tried to find one that stands out from the background. */
    private static final int COLOR_TRIES = 12;
    /** An object whose color is this far (Euclidean, of 0..255 a channel) from its surroundings stands out. */
    private static final double CONTRAST = 90;
    /** Places tried to find one that does not overlap earlier shapes too much. */
    private static final int PLACE_TRIES = 6;
    /** Overlap (intersection over the smaller box) with which a place is taken without another try. */
    private static final double EASY_OVERLAP = 0.25;
    /** Part of its size by which a shape may stick out of the image. */
    private static final double OVERHANG = 0.12;
    /** An object with no more than this part of its pixels visible is not annotated. */
    private static final double LEAST_VISIBLE = 0.2;

    /** A shape as placed: center and half its size in pixels, turned by an angle given as sine and cosine. */
    private record Placed(ShapeKind kind, double x, double y, double half, double sin, double cos) {}

    /** A painted object: class, tight box of its visible pixels (x, y, w, h), and their number. */
    record Painted(ShapeKind kind, int x, int y, int w, int h, int visible) {}

    private final ShapesGenerator.Settings settings;
    private final RandomSequence random;
    private final int width;
    private final int height;
    private final double[] pixels;
    /** Which object a pixel shows (index into {@code placed}), or -1. */
    private final int[] owner;

    private final List<Placed> placed = new ArrayList<>();
    private final List<Integer> area = new ArrayList<>();

    ShapePainter(ShapesGenerator.Settings settings, RandomSequence random) {
        this.settings = settings;
        this.random = random;
        this.width = settings.width();
        this.height = settings.height();
        this.pixels = new double[3 * width * height];
        this.owner = new int[width * height];
        Arrays.fill(owner, -1);
    }

    /** Paints; returns the objects that can be seen, in the order they were painted. */
    List<Painted> paint() {
        background();
        int count = settings.minObjects() + random.below(settings.maxObjects() - settings.minObjects() + 1);
        for (int i = 0; i < count; i++) {
            Placed shape = place();
            placed.add(shape);
            area.add(draw(shape, placed.size() - 1));
        }
        return visible();
    }

    /** The image with sensor noise added. Call once, after {@link #paint}. */
    RgbImage image() {
        double sigma = random.uniform(2, settings.noise());
        byte[] rgb = new byte[pixels.length];
        for (int i = 0; i < rgb.length; i++) {
            double value = pixels[i] + sigma * noise();
            rgb[i] = (byte) Math.max(0, Math.min(255, (int) (value + 0.5)));
        }
        return new RgbImage(width, height, rgb);
    }

    /** Roughly normal, mean 0 and variance 1: a sum of four uniforms is cheap and good enough for noise. */
    private double noise() {
        double sum = random.uniform() + random.uniform() + random.uniform() + random.uniform();
        return (sum - 2) * StrictMath.sqrt(3);
    }

    /** A gradient between two colors, with value noise of two scales and, at times, stripes. */
    private void background() {
        double[] from = color(40, 215);
        double[] to = color(40, 215);
        double angle = random.uniform(0, 2 * Math.PI);
        double dx = StrictMath.cos(angle) / width;
        double dy = StrictMath.sin(angle) / height;
        boolean striped = random.chance(0.35);
        double period = random.uniform(6, 24);
        double stripeAngle = random.uniform(0, Math.PI);
        double sx = StrictMath.cos(stripeAngle) * 2 * Math.PI / period;
        double sy = StrictMath.sin(stripeAngle) * 2 * Math.PI / period;
        double stripes = striped ? random.uniform(8, 28) : 0;
        ValueNoise coarse = new ValueNoise(random, width, height, random.uniform(20, 48));
        ValueNoise fine = new ValueNoise(random, width, height, random.uniform(4, 10));
        double coarseStrength = random.uniform(15, 60);
        double fineStrength = random.uniform(5, 30);
        double[] tint = color(-0.3, 0.3);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                double t = 0.5 + (x - width / 2.0) * dx + (y - height / 2.0) * dy;
                double texture = coarseStrength * coarse.at(x, y) + fineStrength * fine.at(x, y);
                if (striped) {
                    texture += stripes * StrictMath.sin(sx * x + sy * y);
                }
                for (int c = 0; c < 3; c++) {
                    pixels[(y * width + x) * 3 + c] = from[c] + t * (to[c] - from[c]) + texture * (1 + tint[c]);
                }
            }
        }
    }

    private double[] color(double low, double high) {
        return new double[] {random.uniform(low, high), random.uniform(low, high), random.uniform(low, high)};
    }

    private Placed place() {
        ShapeKind kind = ShapeKind.values()[random.below(ShapeKind.values().length)];
        // Log-uniform: as many shapes from 12 to 24 pixels as from 48 to 96.
        double ratio = settings.maxSize() / settings.minSize();
        double half = settings.minSize() * StrictMath.pow(ratio, random.uniform()) / 2;
        double angle = random.uniform(0, 2 * Math.PI);
        Placed best = null;
        double bestOverlap = Double.POSITIVE_INFINITY;
        for (int attempt = 0; attempt < PLACE_TRIES && bestOverlap > EASY_OVERLAP; attempt++) {
            double margin = half * (1 - 2 * OVERHANG);
            Placed candidate = new Placed(
                    kind,
                    random.uniform(margin, width - margin),
                    random.uniform(margin, height - margin),
                    half,
                    StrictMath.sin(angle),
                    StrictMath.cos(angle));
            double overlap = 0;
            for (Placed other : placed) {
                overlap = Math.max(overlap, overlap(candidate, other));
            }
            if (overlap < bestOverlap) {
                best = candidate;
                bestOverlap = overlap;
            }
        }
        return best;
    }

    private static double overlap(Placed a, Placed b) {
        double w = Math.min(a.x + a.half, b.x + b.half) - Math.max(a.x - a.half, b.x - b.half);
        double h = Math.min(a.y + a.half, b.y + b.half) - Math.max(a.y - a.half, b.y - b.half);
        double smaller = 2 * Math.min(a.half, b.half);
        return Math.max(0, w) * Math.max(0, h) / (smaller * smaller);
    }

    /** Paints a shape, marks its pixels and returns how many it has within the image. */
    private int draw(Placed shape, int index) {
        double[] color = outstandingColor(shape);
        double[] shade = {random.uniform(-0.25, 0.25), random.uniform(-0.25, 0.25)};
        double stripes = random.chance(0.3) ? random.uniform(10, 30) : 0;
        double frequency = random.uniform(6, 16);
        int left = Math.max(0, (int) (shape.x - shape.half) - 1);
        int right = Math.min(width - 1, (int) (shape.x + shape.half) + 1);
        int top = Math.max(0, (int) (shape.y - shape.half) - 1);
        int bottom = Math.min(height - 1, (int) (shape.y + shape.half) + 1);
        int count = 0;
        for (int y = top; y <= bottom; y++) {
            for (int x = left; x <= right; x++) {
                double cover = coverage(shape, x, y);
                if (cover == 0) {
                    continue;
                }
                double u = (x + 0.5 - shape.x) / shape.half;
                double v = (y + 0.5 - shape.y) / shape.half;
                double texture = 1 + shade[0] * u + shade[1] * v;
                double stripe =
                        stripes == 0 ? 0 : stripes * StrictMath.sin(frequency * (u * shape.cos + v * shape.sin));
                for (int c = 0; c < 3; c++) {
                    int at = (y * width + x) * 3 + c;
                    pixels[at] += cover * (color[c] * texture + stripe - pixels[at]);
                }
                if (cover >= 0.5) {
                    owner[y * width + x] = index;
                    count++;
                }
            }
        }
        return count;
    }

    /** The part of a pixel that a shape covers, from sub-samples. */
    private static double coverage(Placed shape, int x, int y) {
        int hits = 0;
        for (int j = 0; j < SUBSAMPLES; j++) {
            double dy = (y + (j + 0.5) / SUBSAMPLES - shape.y) / shape.half;
            for (int i = 0; i < SUBSAMPLES; i++) {
                double dx = (x + (i + 0.5) / SUBSAMPLES - shape.x) / shape.half;
                boolean hit = shape.kind.inside(dx * shape.cos + dy * shape.sin, dy * shape.cos - dx * shape.sin);
                hits += hit ? 1 : 0;
            }
        }
        return (double) hits / (SUBSAMPLES * SUBSAMPLES);
    }

    /** Any color whatever the class, as long as it differs from what lies beneath. */
    private double[] outstandingColor(Placed shape) {
        double[] beneath = new double[3];
        int samples = 0;
        for (double v = -0.75; v <= 0.75; v += 0.5) {
            for (double u = -0.75; u <= 0.75; u += 0.5) {
                int x = (int) Math.max(0, Math.min(width - 1, shape.x + u * shape.half));
                int y = (int) Math.max(0, Math.min(height - 1, shape.y + v * shape.half));
                for (int c = 0; c < 3; c++) {
                    beneath[c] += pixels[(y * width + x) * 3 + c];
                }
                samples++;
            }
        }
        double[] best = null;
        double bestDistance = -1;
        for (int attempt = 0; attempt < COLOR_TRIES && bestDistance < CONTRAST; attempt++) {
            double[] candidate = color(0, 255);
            double square = 0;
            for (int c = 0; c < 3; c++) {
                double difference = candidate[c] - beneath[c] / samples;
                square += difference * difference;
            }
            if (square > bestDistance * bestDistance || best == null) {
                best = candidate;
                bestDistance = StrictMath.sqrt(square);
            }
        }
        return best;
    }

    private List<Painted> visible() {
        int[] seen = new int[placed.size()];
        int[] left = filled(Integer.MAX_VALUE);
        int[] top = filled(Integer.MAX_VALUE);
        int[] right = filled(-1);
        int[] bottom = filled(-1);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int index = owner[y * width + x];
                if (index >= 0) {
                    seen[index]++;
                    left[index] = Math.min(left[index], x);
                    right[index] = Math.max(right[index], x);
                    top[index] = Math.min(top[index], y);
                    bottom[index] = Math.max(bottom[index], y);
                }
            }
        }
        List<Painted> visible = new ArrayList<>();
        for (int i = 0; i < seen.length; i++) {
            if (seen[i] > LEAST_VISIBLE * area.get(i)) {
                visible.add(new Painted(
                        placed.get(i).kind, left[i], top[i], right[i] - left[i] + 1, bottom[i] - top[i] + 1, seen[i]));
            }
        }
        return visible;
    }

    private int[] filled(int value) {
        int[] array = new int[placed.size()];
        Arrays.fill(array, value);
        return array;
    }
}
