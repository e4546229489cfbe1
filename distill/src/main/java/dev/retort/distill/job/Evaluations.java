package dev.retort.distill.job;

import dev.retort.detection.data.CocoDataset;
import dev.retort.distill.progress.Progress;
import dev.retort.distill.train.Detector;
import dev.retort.distill.train.Evaluation;

/** Evaluates with progress on the error stream. */
public final class Evaluations {
    private Evaluations() {}

    /** Runs a detector over a data set; {@code name} is the progress bar's. */
    public static Evaluation run(String name, Detector detector, CocoDataset dataset) {
        try (Progress progress = Progress.open(name, 0, dataset.size())) {
            return Evaluation.of(detector, dataset, done -> progress.at(done, ""));
        }
    }
}
