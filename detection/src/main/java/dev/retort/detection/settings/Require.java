package dev.retort.detection.settings;

import dev.retort.tensor.io.JsonProblem;

/** Checks of settings: a value out of range is refused with the field's name as a recipe file writes it. */
public final class Require {
    private Require() {}

    /**
     * @param field dotted, such as {@code model.depth}
     * @param expected completes "must be"
     * @throws IllegalArgumentException unless {@code holds}
     */
    public static void that(boolean holds, String field, Object value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(
                    field + " must be " + expected + ", not " + JsonProblem.shown("" + value));
        }
    }

    /** Refuses values below {@code least}. */
    public static void atLeast(long least, long value, String field) {
        that(value >= least, field, value, least + " or more");
    }

    /** Refuses values outside [least, most]. */
    public static void within(int least, int most, int value, String field) {
        that(value >= least && value <= most, field, value, "from " + least + " to " + most);
    }

    /** Refuses negative numbers, infinities and NaN. */
    public static void notNegative(double value, String field) {
        that(value >= 0 && Double.isFinite(value), field, value, "0 or more");
    }

    /** Refuses numbers that are not positive and finite. */
    public static void positive(double value, String field) {
        that(value > 0 && Double.isFinite(value), field, value, "positive");
    }

    /** Refuses what is no probability. */
    public static void probability(double value, String field) {
        that(value >= 0 && value <= 1, field, value, "a probability from 0 to 1");
    }
}
