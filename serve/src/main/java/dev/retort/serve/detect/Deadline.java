package dev.retort.serve.detect;

import java.util.concurrent.TimeUnit;

/**
 * When a request must have been answered.
 *
 * @param nanos the moment, as {@link System#nanoTime} counts
 * @param milliseconds what it had in all, for messages
 */
public record Deadline(long nanos, long milliseconds) {
    /** So many milliseconds from now on. */
    public static Deadline in(long milliseconds) {
        return new Deadline(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(milliseconds), milliseconds);
    }

    /** What is left, at least 0. */
    public long nanosLeft() {
        return Math.max(0, nanos - System.nanoTime());
    }

    /** Whether it is over. */
    public boolean passed() {
        return nanosLeft() == 0;
    }

    /** What the caller is told then. */
    ServiceException exceeded() {
        return new ServiceException(
                FailureKind.DEADLINE,
                "The request was not done within " + milliseconds
                        + " ms (--deadline). Try again, with fewer images at once");
    }
}
