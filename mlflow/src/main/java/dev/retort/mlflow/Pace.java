package dev.retort.mlflow;

import java.time.Duration;

/**
 * How often a server is told, and how long it is waited for.
 *
 * @param between two times of sending
 * @param longest between two tries of a server that is away; doubled from {@code between} on
 * @param patience for the server at the run's begin, and at its end
 */
record Pace(Duration between, Duration longest, Duration patience) {
    static final Pace USUAL = new Pace(Duration.ofSeconds(5), Duration.ofMinutes(1), Duration.ofSeconds(30));
}
