package dev.retort.nn.optim;

/**
 * Warm-up, then half a cosine from {@code base} to {@code end} at the last iteration, as detectron2's WarmupCosineLR.
 *
 * @param base learning rate at the start
 * @param end learning rate at {@code maxIterations}
 */
public record WarmupCosine(double base, double end, long maxIterations, Warmup warmup) implements Schedule {

    public WarmupCosine {
        if (maxIterations < 1) {
            throw new IllegalArgumentException("A schedule needs 1 iteration or more, got " + maxIterations);
        }
        if (!(base > 0) || !(end >= 0)) {
            throw new IllegalArgumentException(
                    "A cosine schedule falls from a rate > 0 to one >= 0, got " + base + " and " + end);
        }
    }

    @Override
    public double learningRate(long iteration) {
        return base * warmup.multiplier((double) iteration / maxIterations, maxIterations, this::multiplier);
    }

    private double multiplier(double progress) {
        double last = end / base;
        return last + 0.5 * (1 - last) * (1 + StrictMath.cos(Math.PI * progress));
    }
}
