package dev.retort.mlflow;

import dev.retort.detection.train.RunTracker;
import dev.retort.detection.train.RunTrackerProvider;
import dev.retort.detection.train.TrackedRun;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;

/** Follows the runs whose recipe has {@code training.mlflow}. */
public final class Mlflow implements RunTrackerProvider {
    @Override
    public String key() {
        return "training.mlflow";
    }

    /** @throws IOException if the server cannot be reached, or refuses; nothing was begun then */
    @Override
    public Optional<RunTracker> open(TrackedRun run) throws IOException {
        Optional<URI> server = run.recipe().training().mlflowServer();
        return server.isEmpty()
                ? Optional.empty()
                : Optional.of(MlflowTracker.open(run, server.get(), System.getenv(), Pace.USUAL));
    }
}
