package dev.retort.tensor.random;

/**
 * Reads one stream of {@link CounterRandom} in order. Not shared between threads; its only state is a position, so it is
 * made anew wherever it is needed rather than saved.
 */
public final class RandomSequence {
    private final long stream;
    private long position;

    RandomSequence(long stream) {
        this.stream = stream;
    }

    /** A uniform double in [0, 1). */
    public double uniform() {
        return CounterRandom.uniform(stream, position++);
    }

    /** A uniform double in [low, high). */
    public double uniform(double low, double high) {
        return low + (high - low) * uniform();
    }

    /** A standard normal double. */
    public double normal() {
        return CounterRandom.normal(stream, position++);
    }

    /** A uniform integer in [0, n). */
    public int below(int n) {
        return CounterRandom.below(n, stream, position++);
    }

    /** True with this probability. */
    public boolean chance(double probability) {
        return uniform() < probability;
    }
}
