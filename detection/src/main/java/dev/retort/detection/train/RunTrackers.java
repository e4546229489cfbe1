package dev.retort.detection.train;

import dev.retort.detection.Evaluation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;

/** A run's listener, and after it the trackers that its recipe asks for. */
final class RunTrackers implements RunListener {
    private static final String MLFLOW = "training.mlflow";

    private final RunListener listener;
    private final List<RunTracker> trackers = new ArrayList<>();

    private RunTrackers(RunListener listener) {
        this.listener = listener;
    }

    /**
     * Opens what the recipe asks for, or nothing.
     *
     * @throws TrainingException if a module is missing
     * @throws IOException if one cannot be opened
     */
    static RunTrackers open(TrackedRun run, RunListener listener) throws IOException {
        List<RunTrackerProvider> providers =
                ServiceLoader.load(RunTrackerProvider.class, RunTrackerProvider.class.getClassLoader()).stream()
                        .map(ServiceLoader.Provider::get)
                        .toList();
        boolean isMissing =
                providers.stream().noneMatch(provider -> provider.key().equals(MLFLOW));
        if (run.recipe().training().mlflowServer().isPresent() && isMissing) {
            throw new TrainingException(
                    MLFLOW + " is set, but module mlflow is not on the class path: call it with"
                            + " RETORT_PROFILES=mlflow ./retort, add dev.retort:retort-mlflow to your program, or set it to none");
        }
        RunTrackers opened = new RunTrackers(listener);
        try {
            for (RunTrackerProvider provider : providers) {
                provider.open(run).ifPresent(opened.trackers::add);
            }
            return opened;
        } catch (IOException | RuntimeException e) {
            opened.fail(e);
            throw e;
        }
    }

    @Override
    public void step(StepReport report) {
        listener.step(report);
        trackers.forEach(tracker -> tracker.step(report));
    }

    @Override
    public void evaluated(long iteration, Evaluation evaluation, boolean best) {
        listener.evaluated(iteration, evaluation, best);
        trackers.forEach(tracker -> tracker.evaluated(iteration, evaluation, best));
    }

    @Override
    public void saved(Path file) throws IOException {
        for (RunTracker tracker : trackers) {
            tracker.saved(file);
        }
        listener.saved(file);
    }

    /** Ends every tracker, whatever another one throws. */
    void end(RunTracker.End end) throws IOException {
        IOException failure = null;
        for (RunTracker tracker : trackers) {
            try {
                tracker.end(end);
            } catch (IOException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** Ends every tracker of a run that failed. */
    void fail(Throwable failure) {
        try {
            end(RunTracker.End.FAILED);
        } catch (IOException | RuntimeException e) {
            failure.addSuppressed(e);
        }
    }
}
