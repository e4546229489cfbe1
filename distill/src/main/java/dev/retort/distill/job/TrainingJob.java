package dev.retort.distill.job;

import dev.retort.detection.data.CocoDataset;
import dev.retort.distill.progress.Figures;
import dev.retort.distill.progress.MetricsLog;
import dev.retort.distill.progress.Progress;
import dev.retort.distill.recipe.Recipe;
import dev.retort.distill.recipe.RecipeReader;
import dev.retort.distill.train.Detector;
import dev.retort.distill.train.Distiller;
import dev.retort.distill.train.StepReport;
import dev.retort.distill.train.Trainer;
import dev.retort.distill.train.TrainingRun;
import dev.retort.tensor.Backend;
import dev.retort.tensor.io.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * One training from the first step to the model, alone or with a teacher, in a folder of its own: the recipe, checkpoints,
 * metrics.jsonl and the finished model, with progress on the error stream.
 *
 * @param name of the progress bar
 * @param teacher null to train alone
 * @param folder to write; it holds no other run, unless that one is resumed
 */
public record TrainingJob(
        String name, Recipe recipe, CocoDataset dataset, Detector teacher, Backend backend, Path folder) {
    /** Name of the recipe in the run's folder. */
    public static final String RECIPE = "recipe.yaml";

    /** What is done with a trained student before it is given back. */
    @FunctionalInterface
    public interface Finish {
        /** @param distiller null if there was no teacher */
        void accept(Detector student, Distiller distiller) throws IOException;
    }

    /**
     * Trains to the end.
     *
     * @param resume go on from the folder's checkpoint
     * @param finish called if the run is complete
     * @return whether the run is complete; false after Ctrl-C, with a checkpoint to resume from
     */
    public boolean run(boolean resume, Finish finish) throws IOException {
        if (!resume && Files.exists(folder.resolve(TrainingRun.CHECKPOINT))) {
            throw new IllegalStateException(
                    folder + " holds a run already: go on with it (--resume), or choose another folder");
        }
        Files.createDirectories(folder);
        try (Detector student = Detector.create(recipe, dataset.categories(), backend)) {
            if (teacher == null) {
                return run(student, null, resume, finish);
            }
            if (!resume) {
                List<String> kept = Distiller.inherit(recipe.distillation(), teacher, student);
                if (!kept.isEmpty()) {
                    System.err.println("retort: not inherited, as the shapes differ: " + String.join(", ", kept));
                }
            }
            long iterations = Trainer.iterations(recipe, dataset);
            try (Distiller distiller = new Distiller(recipe, dataset, teacher, iterations)) {
                return run(student, distiller, resume, finish);
            }
        }
    }

    private boolean run(Detector student, Distiller distiller, boolean resume, Finish finish) throws IOException {
        try (Trainer trainer = new Trainer(recipe, dataset, student, distiller)) {
            TrainingRun run = new TrainingRun(trainer, student, folder);
            if (resume) {
                run.resume();
            }
            AtomicFile.writeString(folder.resolve(RECIPE), RecipeReader.write(recipe));
            Recipe.Training training = recipe.training();
            Path metrics = folder.resolve(MetricsLog.FILE);
            boolean complete;
            try (MetricsLog log = MetricsLog.open(metrics, training.logEvery(), trainer.iteration());
                    Progress progress = Progress.open(name, trainer.iteration(), trainer.iterations())) {
                complete = run.run(training.checkpointEvery(), step -> report(step, log, progress));
            }
            if (complete) {
                finish.accept(student, distiller);
            }
            return complete;
        }
    }

    private static void report(StepReport step, MetricsLog log, Progress progress) {
        try {
            log.add(step);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write metrics: " + e.getMessage(), e);
        }
        progress.at(step.iteration() + 1, Figures.losses(step.losses(), step.rate()));
    }
}
