package dev.retort.detection.tensorboard;

import dev.retort.detection.train.RunTracker;
import dev.retort.detection.train.RunTrackerProvider;
import dev.retort.detection.train.TrackedRun;
import java.io.IOException;
import java.util.Optional;

/** Event files for the runs whose recipe has {@code training.tensorboard}. */
public final class TensorBoard implements RunTrackerProvider {
    @Override
    public String key() {
        return "training.tensorboard";
    }

    @Override
    public Optional<RunTracker> open(TrackedRun run) throws IOException {
        return run.recipe().training().tensorboard() ? Optional.of(new TensorBoardTracker(run)) : Optional.empty();
    }
}
