package dev.retort.cli.job;

import dev.retort.cli.progress.EvaluationLine;
import dev.retort.cli.progress.Figures;
import dev.retort.cli.progress.MetricsLog;
import dev.retort.cli.progress.Progress;
import dev.retort.cli.progress.RecentLosses;
import dev.retort.detection.Evaluation;
import dev.retort.detection.eval.CocoMetric;
import dev.retort.detection.eval.CocoMetrics;
import dev.retort.detection.train.RunListener;
import dev.retort.detection.train.StepReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** Tells of a run on the error stream and in metrics.jsonl. */
final class RunReporter implements RunListener {
    private final MetricsLog log;
    private final Progress progress;
    private final RecentLosses recent = new RecentLosses();
    private final RunListener watcher;
    private double ap = Double.NaN;

    /** @param watcher told everything, too, after it stands in the log */
    RunReporter(MetricsLog log, Progress progress, RunListener watcher) {
        this.log = log;
        this.progress = progress;
        this.watcher = watcher;
    }

    @Override
    public void step(StepReport step) {
        write(() -> log.add(step));
        progress.at(step.iteration() + 1, Figures.losses(recent.mean(step.losses()), step.learningRate(), ap));
        watcher.step(step);
    }

    @Override
    public void evaluated(long iteration, Evaluation evaluation, boolean best) {
        CocoMetrics metrics = evaluation.metrics();
        ap = metrics.value(CocoMetric.AP);
        write(() -> log.add(new EvaluationLine(
                iteration - 1, ap, metrics.value(CocoMetric.AP50), metrics.value(CocoMetric.AP75), best)));
        watcher.evaluated(iteration, evaluation, best);
    }

    @Override
    public void saved(Path file) throws IOException {
        watcher.saved(file);
    }

    @Override
    public void notice(String sentence) {
        progress.notice(sentence);
        watcher.notice(sentence);
    }

    /** Something that writes. */
    @FunctionalInterface
    private interface Writing {
        void run() throws IOException;
    }

    private static void write(Writing writing) {
        try {
            writing.run();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write metrics: " + e.getMessage(), e);
        }
    }
}
