package dev.retort.cli.job;

import dev.retort.cli.progress.MetricsLog;
import dev.retort.cli.progress.Progress;
import dev.retort.detection.Detector;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.recipe.RecipeReader;
import dev.retort.detection.train.RunListener;
import dev.retort.detection.train.Trainer;
import dev.retort.detection.train.TrainingObjective;
import dev.retort.detection.train.TrainingRun;
import dev.retort.detection.weights.StartWeights;
import dev.retort.distill.DistillationProvider;
import dev.retort.distill.Distiller;
import dev.retort.nn.parallel.Communicator;
import dev.retort.nn.parallel.ThreadRanks;
import dev.retort.tensor.Backend;
import dev.retort.tensor.io.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * One training from the first step to the model, alone or with a teacher, in a folder of its own: the recipe, checkpoints,
 * metrics.jsonl and the finished model, with progress on the error stream.
 *
 * @param name of the progress bar
 * @param test evaluated on while training, where the recipe asks for that
 * @param ranks what computes: one rank, or several that take each step together
 * @param folder to write; it holds no other run, unless that one is resumed
 * @param goOn how a run that was stopped goes on, for messages: {@code add --resume}
 */
public record TrainingJob(
        String name, Recipe recipe, CocoDataset dataset, CocoDataset test, List<Rank> ranks, Path folder, String goOn) {
    /** Name of the recipe in the run's folder. */
    public static final String RECIPE = "recipe.yaml";

    /**
     * A device that trains.
     *
     * @param teacher on this device; none to train alone
     */
    public record Rank(Backend backend, Optional<Detector> teacher) {}

    public TrainingJob {
        ranks = List.copyOf(ranks);
    }

    /** A training on one device. */
    public TrainingJob(
            String name,
            Recipe recipe,
            CocoDataset dataset,
            CocoDataset test,
            Optional<Detector> teacher,
            Backend backend,
            Path folder,
            String goOn) {
        this(name, recipe, dataset, test, List.of(new Rank(backend, teacher)), folder, goOn);
    }

    private static final RunListener NOTHING_MORE = report -> {};

    /** How it begins. */
    public enum Start {
        NEW,
        /** From the folder's checkpoint, if it is of the same run. */
        RESUME,
        /** From the folder's checkpoint, even if other things are learned from here on. */
        RESUME_ANYWAY
    }

    /** What is done with a trained student before it is given back. */
    @FunctionalInterface
    public interface Finish {
        /** @param distiller none if there was no teacher */
        void accept(Detector student, Optional<Distiller> distiller) throws IOException;
    }

    /**
     * Trains to the end.
     *
     * @param stop asked after every step
     * @param finish called if the run is complete
     * @return whether the run is complete; false if it was stopped, which was told then, with a checkpoint to resume from
     */
    public boolean run(Start start, Interruption stop, Finish finish) throws IOException {
        try (RunFolder held = RunFolder.open(folder)) {
            if (start == Start.NEW && Files.exists(folder.resolve(TrainingRun.CHECKPOINT))) {
                throw new IllegalStateException(
                        folder + " holds a run already: go on with it (--resume), or choose another folder");
            }
            if (Arrays.stream(dataset.classCounts()).sum() == 0) {
                notice("no image of " + dataset.source() + " has a box to learn: the model will find nothing");
            }
            if (ranks.size() > 1) {
                Recipe.Training training = recipe.training();
                notice(ranks.size() + " ranks: a step learns from "
                        + ranks.size() * training.accumulate() * training.batch() + " images");
            }
            boolean[] complete = new boolean[1];
            ThreadRanks.<IOException>run(ranks.size(), ThreadRanks.PATIENCE, seen -> {
                if (run(seen, ranks.get(seen.rank()), start, stop::requested, NOTHING_MORE, finish)) {
                    complete[0] = true;
                }
            });
            return complete[0];
        }
    }

    /**
     * What one of several ranks does, for those that run ranks of their own. Rank 0 writes the folder, which its caller has locked.
     *
     * @param seen this rank's view of the others
     * @param rank what it computes with
     * @param stop asked after every step
     * @param watcher told what happens in rank 0, too
     * @return whether this rank leads and its run is complete
     */
    public boolean run(
            Communicator seen, Rank rank, Start start, BooleanSupplier stop, RunListener watcher, Finish finish)
            throws IOException {
        boolean leads = seen.rank() == 0;
        try (Detector student = Detector.create(recipe, dataset.categories(), rank.backend)) {
            if (start == Start.NEW) {
                StartWeights.load(student).stream().filter(any -> leads).forEach(TrainingJob::notice);
            }
            if (rank.teacher.isEmpty()) {
                return run(seen, student, Optional.empty(), start, stop, watcher, finish);
            }
            Detector teacher = rank.teacher.get();
            if (start == Start.NEW) {
                List<String> kept = Distiller.inherit(teacher, student);
                if (!kept.isEmpty() && leads) {
                    notice("not inherited, as the shapes differ: " + String.join(", ", kept));
                }
            }
            long iterations = Trainer.iterations(recipe, dataset, seen.size());
            var context = new DistillationProvider.Context(recipe, dataset, teacher, student, iterations);
            try (Distiller distiller = new Distiller(context)) {
                return run(seen, student, Optional.of(distiller), start, stop, watcher, finish);
            }
        }
    }

    private boolean run(
            Communicator seen,
            Detector student,
            Optional<Distiller> distiller,
            Start start,
            BooleanSupplier stop,
            RunListener watcher,
            Finish finish)
            throws IOException {
        List<TrainingObjective> objectives =
                distiller.<List<TrainingObjective>>map(List::of).orElse(List.of());
        try (Trainer trainer = new Trainer(recipe, dataset, student, objectives, seen)) {
            if (seen.rank() > 0) {
                trainer.follow();
                return false;
            }
            TrainingRun run = new TrainingRun(trainer, student, test, folder, goOn);
            if (start != Start.NEW) {
                run.resume(start == Start.RESUME_ANYWAY).forEach(TrainingJob::notice);
            }
            Recipe.Training training = recipe.training();
            Path metrics = folder.resolve(MetricsLog.FILE);
            boolean complete;
            try (MetricsLog log = MetricsLog.open(metrics, training.logEvery(), trainer.iteration());
                    Progress progress = Progress.open(name, trainer.iteration(), trainer.iterations())) {
                AtomicFile.writeString(folder.resolve(RECIPE), RecipeReader.write(recipe));
                RunListener reporter = new RunReporter(log, progress, watcher);
                complete = run.run(training.checkpointEvery(), stop, reporter);
            }
            if (complete) {
                finish.accept(student, distiller);
            } else {
                notice(run.stopped());
            }
            return complete;
        }
    }

    private static void notice(String sentence) {
        System.err.println("retort: " + sentence);
    }
}
