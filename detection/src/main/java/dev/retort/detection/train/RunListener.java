package dev.retort.detection.train;

import dev.retort.detection.Evaluation;
import java.io.IOException;
import java.nio.file.Path;

/** Told what happens in a {@link TrainingRun}; what it throws ends the run, which leaves a checkpoint. */
public interface RunListener {
    /** After each step. */
    void step(StepReport report);

    /**
     * After each evaluation on the test split.
     *
     * @param iteration steps that the weights had
     * @param best whether AP is the highest of the run so far
     */
    default void evaluated(long iteration, Evaluation evaluation, boolean best) {}

    /** After a checkpoint or a model was written, whole. */
    default void saved(Path file) throws IOException {}

    /** Told what the user should know of a {@link RunTracker}: one sentence. Calls may come from another thread. */
    default void notice(String sentence) {}
}
