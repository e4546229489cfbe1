package dev.retort.detection.train;

import java.io.IOException;
import java.util.Optional;

/** Makes a {@link RunTracker} for the runs whose recipe asks for it; found by {@link java.util.ServiceLoader} on the class path. */
public interface RunTrackerProvider {
    /** The recipe's dotted key that asks, such as {@code training.tensorboard}. */
    String key();

    /**
     * Called before the first step, after a checkpoint was read.
     *
     * @return empty if the recipe does not ask
     * @throws IOException if it cannot be followed; the run does not begin
     */
    Optional<RunTracker> open(TrackedRun run) throws IOException;
}
