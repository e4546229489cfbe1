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
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * One training run from a recipe to a model in a folder, as {@code retort train}, {@code retort distill} and the demo do it:
 * progress, metrics.jsonl, recipe.yaml, checkpoints, model.safetensors.
 *
 * @param name what progress calls it
 * @param teacher file of the teacher's model; null trains alone
 * @param resume go on from the folder's checkpoint
 */
public record TrainingJob(String name, Recipe recipe, CocoDataset dataset, Path out, Path teacher, boolean resume) {
    private static final System.Logger LOG = System.getLogger(TrainingJob.class.getName());

    /** Name of the file with the recipe as it was used, every field written out. */
    public static final String RECIPE = "recipe.yaml";

    /**
     * What a run came to.
     *
     * @param complete false if it was interrupted; {@code --resume} goes on
     * @param seconds all its steps took, those before a resume included
     */
    public record Result(boolean complete, double seconds) {}

    /** Runs it. */
    public Result run(Backend backend) throws IOException {
        if (teacher == null) {
            return run(backend, null);
        }
        try (Detector loaded = Detector.load(teacher, backend);
                Distiller distiller = new Distiller(recipe, dataset, loaded, Trainer.iterations(recipe, dataset))) {
            return run(backend, distiller);
        }
    }

    private Result run(Backend backend, Distiller distiller) throws IOException {
        try (Detector student = Detector.create(recipe, dataset.categories(), backend);
                Trainer trainer = new Trainer(recipe, dataset, student, distiller)) {
            TrainingRun run = new TrainingRun(trainer, student, out);
            if (resume) {
                run.resume();
            } else if (distiller != null) {
                for (String kept : Distiller.inherit(recipe.distillation(), distiller.teacher(), student)) {
                    LOG.log(System.Logger.Level.INFO, "not inherited: {0}", kept);
                }
            }
            Files.createDirectories(out);
            Files.writeString(out.resolve(RECIPE), RecipeReader.write(recipe));
            try (MetricsLog log = MetricsLog.open(
                            out.resolve(MetricsLog.FILE), recipe.training().logEvery(), trainer.iteration());
                    Progress progress = Progress.open(name, trainer.iteration(), trainer.iterations())) {
                boolean complete =
                        run.run(recipe.training().checkpointEvery(), step -> report(step, log, progress));
                return new Result(complete, log.seconds());
            }
        }
    }

    private static void report(StepReport step, MetricsLog log, Progress progress) {
        try {
            log.add(step);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write the metrics: " + e.getMessage(), e);
        }
        progress.at(step.iteration() + 1, Figures.losses(step.losses(), step.rate()));
    }
}
