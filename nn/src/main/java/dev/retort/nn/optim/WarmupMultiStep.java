package dev.retort.nn.optim;

/**
 * Warm-up, then {@code base*gamma^k} with k the number of steps reached, as detectron2's WarmupMultiStepLR.
 *
 * @param base learning rate before the first step
 * @param gamma factor of each step
 * @param steps iterations at which the learning rate falls, ascending; those beyond {@code maxIterations} are never reached
 */
public record WarmupMultiStep(double base, double gamma, long[] steps, long maxIterations, Warmup warmup)
        implements Schedule {

    public WarmupMultiStep {
        steps = steps.clone();
        for (int i = 1; i < steps.length; i++) {
            if (steps[i] <= steps[i - 1]) {
                throw new IllegalArgumentException(
                        "Steps of the learning rate must ascend, got " + steps[i] + " after " + steps[i - 1]);
            }
        }
        if (maxIterations < 1) {
            throw new IllegalArgumentException("A schedule needs 1 iteration or more, got " + maxIterations);
        }
    }

    @Override
    public double learningRate(long iteration) {
        return base * warmup.multiplier((double) iteration / maxIterations, maxIterations, this::multiplier);
    }

    private double multiplier(double progress) {
        long reached = (long) ((progress + Warmup.SLACK) * maxIterations);
        double multiplier = 1;
        for (long step : steps) {
            if (reached >= step) {
                multiplier *= gamma;
            }
        }
        return multiplier;
    }

    /** A copy of the steps. */
    @Override
    public long[] steps() {
        return steps.clone();
    }
}
