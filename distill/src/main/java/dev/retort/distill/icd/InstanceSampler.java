package dev.retort.distill.icd;

import dev.retort.detection.box.GroundTruth;
import dev.retort.tensor.random.CounterRandom;
import dev.retort.tensor.random.Purpose;

/**
 * Draws fake instances for the slots of an image from an {@link InstancePrior}. Every number is a function of (seed,
 * iteration, image, slot), so other images and resumed runs never change it.
 */
public final class InstanceSampler {
    private static final double DEVIATIONS = 2;
    private static final double LEAST_SIZE = 2e-3;
    private static final double LARGEST_SIZE = 0.7;
    private static final double LEAST_CENTER = 0.03;
    private static final double LARGEST_CENTER = 0.97;

    private static final int SLOT_BITS = 17;
    private static final int DRAW_BITS = 3;

    private final InstancePrior prior;
    private final SlotRule rule;
    private final long seed;

    public InstanceSampler(InstancePrior prior, SlotRule rule, long seed) {
        this.prior = prior;
        this.rule = rule;
        this.seed = seed;
    }

    /** The draws for an image's slots at an iteration. */
    public SlotDraws draw(GroundTruth image, long iteration) {
        int slots = rule.slots(image.count());
        if (image.id() < 0 || image.id() >= 1L << (Long.SIZE - 1 - SLOT_BITS - DRAW_BITS) || slots > 1 << SLOT_BITS) {
            throw new IllegalArgumentException("Image " + image.id() + " with " + slots
                    + " slots is out of range: ids are at least 0 and below 2^43, slots at most " + (1 << SLOT_BITS));
        }
        long stream = CounterRandom.stream(seed, Purpose.DESCRIPTORS, iteration);
        int[] classes = new int[slots];
        double[] boxes = new double[4 * slots];
        double[] jitter = new double[2 * slots];
        for (int slot = 0; slot < slots; slot++) {
            long first = (image.id() << SLOT_BITS | slot) << DRAW_BITS;
            classes[slot] = prior.classAt(CounterRandom.uniform(stream, first));
            double[] normals = {CounterRandom.normal(stream, first + 1), CounterRandom.normal(stream, first + 2)};
            double[] center = {CounterRandom.uniform(stream, first + 3), CounterRandom.uniform(stream, first + 4)};
            System.arraycopy(box(classes[slot], normals, center), 0, boxes, 4 * slot, 4);
            jitter[2 * slot] = CounterRandom.uniform(stream, first + 5);
            jitter[2 * slot + 1] = CounterRandom.uniform(stream, first + 6);
        }
        return new SlotDraws(classes, boxes, jitter);
    }

    /**
     * A fake box, XYXY as fractions of the image; it may reach beyond it. Size: mean + deviation*normal, at most two
     * deviations off, then within [2e-3, 0.7]; center within [0.03, 0.97].
     *
     * @param normals standard normal numbers for w and h
     * @param center uniform numbers in [0, 1) for x and y
     */
    public double[] box(int index, double[] normals, double[] center) {
        double[] mean = prior.mean(index);
        double[] deviation = prior.deviation(index);
        double[] box = new double[4];
        for (int i = 0; i < 2; i++) {
            double size = mean[i + 2] + deviation[i + 2] * clamp(normals[i], -DEVIATIONS, DEVIATIONS);
            double half = clamp(size, LEAST_SIZE, LARGEST_SIZE) / 2;
            double middle = clamp(center[i], LEAST_CENTER, LARGEST_CENTER);
            box[i] = middle - half;
            box[i + 2] = middle + half;
        }
        return box;
    }

    private static double clamp(double x, double low, double high) {
        return Math.min(Math.max(x, low), high);
    }
}
