package dev.retort.detection.box;

import dev.retort.nn.parallel.Communicator;
import dev.retort.tensor.io.JsonProblem;
import java.util.Map;

/**
 * The number that detection losses are divided by: a moving average of the count of foreground anchors or points of a
 * micro-batch, n = momentum * n + (1 - momentum) * max(count, 1). It is updated before it divides, and it is training
 * state: a checkpoint holds {@link #value()}.
 */
public final class EmaNormalizer {
    /** The entry of {@link #state}. */
    private static final String KEY = "loss_normalizer";

    private final double momentum;
    private double value;
    private Communicator ranks = Communicator.alone();

    /** RetinaNet's: from 100 with momentum 0.9. */
    public EmaNormalizer() {
        this(100, 0.9);
    }

    /**
     * A normalizer that starts, or goes on, from {@code value}.
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

    /** From now on every rank's counts are taken in, in the order of ranks. */
    public void setRanks(Communicator ranks) {
        this.ranks = ranks;
    }

    /** Takes in the foreground count of a micro-batch; returns the new value: among ranks, the one after this rank's count. */
    public double update(long foreground) {
        if (ranks.size() == 1) {
            return take(foreground);
        }
        long[] counts = ranks.allGather(foreground);
        double own = 0;
        for (int rank = 0; rank < counts.length; rank++) {
            double after = take(counts[rank]);
            own = rank == ranks.rank() ? after : own;
        }
        return own;
    }

    private double take(long foreground) {
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
            throw new IllegalArgumentException("The loss normalizer must be positive and finite, not " + value);
        }
        this.value = value;
    }

    /** The value as an entry of a checkpoint. */
    public Map<String, String> state() {
        return Map.of(KEY, Double.toString(value));
    }

    /**
     * Sets the value that {@link #state} gave.
     *
     * @param state may hold entries of others
     * @throws IllegalArgumentException if the entry is missing or malformed, naming it; nothing was changed then
     */
    public void restore(Map<String, String> state) {
        String text = String.valueOf(state.get(KEY));
        try {
            restore(Double.parseDouble(text));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "its entry '" + KEY + "' is '" + JsonProblem.shown(text) + "', not a positive number", e);
        }
    }
}
