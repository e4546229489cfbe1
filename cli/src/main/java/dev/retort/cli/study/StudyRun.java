package dev.retort.cli.study;

import dev.retort.cli.job.Evaluations;
import dev.retort.cli.job.Interruption;
import dev.retort.cli.job.TrainingJob;
import dev.retort.cli.progress.MetricsLine;
import dev.retort.cli.progress.MetricsLog;
import dev.retort.detection.Detector;
import dev.retort.detection.Evaluation;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.eval.CocoEvaluator;
import dev.retort.detection.eval.MatchesFile;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.train.DivergedException;
import dev.retort.detection.train.RunBrokenOffException;
import dev.retort.detection.train.TrainingRun;
import dev.retort.tensor.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One run of a study, in a process of its own: trains from where the folder's checkpoint is, evaluates the last weights, and
 * writes result.json last.
 *
 * @param folder of the run
 * @param key of the run, for result.json
 * @param test what is evaluated on
 */
public record StudyRun(Path folder, String key, CocoDataset train, CocoDataset test, Backend backend) {
    /** Name of the file of matches in a run's folder. */
    static final String MATCHES = "matches.json.gz";

    /**
     * Trains and evaluates. A loss that is not finite is an end, too: the result says so.
     *
     * @param teacher none to train alone
     * @return whether there is a result; false if it was stopped, with a checkpoint to go on from
     */
    public boolean train(Recipe recipe, Optional<Detector> teacher, Interruption stop) throws IOException {
        boolean begun = Files.exists(folder.resolve(TrainingRun.CHECKPOINT));
        TrainingJob job =
                new TrainingJob("train", recipe, train, test, teacher, backend, folder, "the same command goes on");
        TrainingJob.Start start = begun ? TrainingJob.Start.RESUME : TrainingJob.Start.NEW;
        try {
            return job.run(start, stop, (student, distiller) -> {
                // With a moving average, the model's weights are not the student's.
                try (Detector model = Detector.load(folder.resolve(TrainingRun.MODEL), backend)) {
                    evaluate(model, recipe.training().seed(), teacher.isPresent(), stop);
                }
                tidy(folder, true);
            });
        } catch (RunBrokenOffException e) {
            if (!(e.getCause() instanceof DivergedException diverged)) {
                throw e;
            }
            System.err.println("retort: " + diverged.getMessage());
            var failure = new RunResult.Failure(diverged.loss(), diverged.iteration(), diverged.getMessage());
            write(recipe.training().seed(), teacher.isPresent(), Optional.of(failure), Optional.empty(), 0);
            tidy(folder, true);
            return true;
        }
    }

    /** Evaluates a model that is there already. */
    public void evaluate(Detector model, Interruption stop) throws IOException {
        Files.createDirectories(folder);
        evaluate(model, model.recipe().training().seed(), false, stop);
    }

    private void evaluate(Detector model, long seed, boolean distilled, Interruption stop) throws IOException {
        long start = System.nanoTime();
        Evaluation evaluation = Evaluations.run("evaluate", model, test, stop);
        double seconds = (System.nanoTime() - start) / 1e9;
        CocoEvaluator evaluator = new CocoEvaluator(Evaluation.truth(test));
        evaluator.process(evaluation.detections());
        MatchesFile.write(evaluator.matches(), folder.resolve(MATCHES));
        write(seed, distilled, Optional.empty(), Optional.of(evaluation), seconds);
    }

    private void write(
            long seed,
            boolean distilled,
            Optional<RunResult.Failure> failure,
            Optional<Evaluation> evaluation,
            double evaluationSeconds)
            throws IOException {
        Path metrics = folder.resolve(MetricsLog.FILE);
        List<MetricsLine> lines = Files.exists(metrics) ? MetricsLog.read(metrics) : List.of();
        Optional<MetricsLine> last = lines.isEmpty() ? Optional.empty() : Optional.of(lines.get(lines.size() - 1));
        new RunResult(
                        RunResult.FORMAT,
                        key,
                        seed,
                        distilled,
                        failure,
                        evaluation.map(of -> RunResult.metrics(of.metrics())).orElse(Map.of()),
                        evaluation.map(of -> RunResult.classes(of.metrics())).orElse(Map.of()),
                        last.map(MetricsLine::losses).orElse(Map.of()),
                        last.map(line -> line.iteration() + 1).orElse(0L),
                        new RunResult.Seconds(last.map(MetricsLine::seconds).orElse(0.0), evaluationSeconds),
                        ThisMachine.of(backend))
                .write(folder);
    }

    /** Removes what a run with a result does not need any more. */
    static void tidy(Path folder, boolean keepModel) throws IOException {
        Files.deleteIfExists(folder.resolve(TrainingRun.CHECKPOINT));
        Files.deleteIfExists(folder.resolve(TrainingRun.BEST_MODEL));
        if (!keepModel) {
            Files.deleteIfExists(folder.resolve(TrainingRun.MODEL));
        }
    }
}
