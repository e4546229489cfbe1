package dev.retort.testkit.conformance;

import java.util.Objects;

/** What the kit demands, free of any test framework: it also runs where none is, in a program of its own. */
final class Demand {
    private Demand() {}

    /** Fails unless {@code condition} holds. */
    static void holds(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError("[" + what + "] is not so");
        }
    }

    /** Fails unless both are equal. */
    static void equal(Object actual, Object expected, String what) {
        if (!Objects.equals(actual, expected)) {
            throw new AssertionError("[" + what + "] expected: " + expected + " but was: " + actual);
        }
    }

    /** The exception that {@code action} throws; fails if it throws none or one of another type. */
    static <T extends Throwable> T thrown(Class<T> type, Runnable action) {
        try {
            action.run();
        } catch (Throwable thrown) {
            if (type.isInstance(thrown)) {
                return type.cast(thrown);
            }
            throw new AssertionError("expected " + type.getSimpleName() + " but was: " + thrown, thrown);
        }
        throw new AssertionError("expected " + type.getSimpleName() + " but nothing was thrown");
    }
}
