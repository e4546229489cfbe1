package dev.retort.cli.job;

import dev.retort.cli.progress.Progress;
import dev.retort.detection.Detector;
import dev.retort.detection.Evaluation;
import dev.retort.detection.data.CocoDataset;

/** Evaluates with progress on the error stream. */
public final class Evaluations {
    private Evaluations() {}

    /**
     * Runs a detector over a data set.
     *
     * @param name the progress bar's
     * @param stop asked after every batch
     * @throws StoppedException if it was to stop; the message says how far it came
     */
    public static Evaluation run(String name, Detector detector, CocoDataset dataset, Interruption stop) {
        try (Progress progress = Progress.open(name, 0, dataset.size())) {
            return Evaluation.of(detector, dataset, done -> {
                progress.at(done, "");
                if (stop.requested() && done < dataset.size()) {
                    throw new StoppedException(name + " stopped after " + done + " of " + dataset.size() + " images");
                }
            });
        }
    }
}
