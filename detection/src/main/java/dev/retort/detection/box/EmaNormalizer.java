package dev.retort.detection.box;

/**
 * The number that both detection losses are divided by: a moving average of the count of foreground anchors of a
 * micro-batch, n = momentum * n + (1 - momentum) * max(count, 1). It is updated before it divides, and it is training
 * state: a checkpoint holds {@link #value()}.
 */
public final class EmaNormalizer {
    private final double momentum;
    private double value;

    /** RetinaNet's: from 100 with momentum 0.9. */
    public EmaNormalizer() {
        this(100, 0.9);
    }

    /**
     * A normaliser that starts, or goes on, from {@code value}.
     *
     * @throws IllegalArgumentException if {@code value} is not positive or {@code momentum} is not in [0, 1]
     */
    public EmaNormalizer(double value, double momentum) {
        if (!(momentum >= 0 && momentum <= 1)) {
            throw new IllegalArgumentException("The momentum must be in [0, 1], not " + momentum);
        }
        this.momentum = momentum;
        restore(value);
    }

    /** Takes in the foreground count of a micro-batch; returns the new value. */
    public double update(long foreground) {
        value = momentum * value + (1 - momentum) * Math.max(foreground, 1);
        return value;
    }

    /** The current value. */
    public double value() {
        return value;
    }

    /** Sets the value, as a checkpoint had it. */
    public void restore(double value) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("The loss normaliser must be positive and finite, not " + value);
        }
        this.value = value;
    }
}
