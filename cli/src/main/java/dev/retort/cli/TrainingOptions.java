package dev.retort.cli;

import dev.retort.cli.job.Interruption;
import dev.retort.cli.job.TrainingJob;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.train.TrainingRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What {@code train} and {@code distill} have in common. */
final class TrainingOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "DIR",
            description = "The data set's folder, or a zip file of one.")
    private Path data;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "Folder for the model, checkpoints, the recipe and metrics.jsonl.")
    private Path out;

    @Mixin
    private RecipeOptions recipe;

    @Option(
            names = "--resume",
            description =
                    "Go on from the checkpoint in --out. Refused if classes, model, data or teacher are not those it"
                            + " was made with; a new learning rate, schedule, batch or length is taken, with a notice.")
    private boolean resume;

    @Option(
            names = "--resume-anyway",
            description =
                    "As --resume, on other data, with another teacher or other pixels, too. Classes and model stay.")
    private boolean resumeAnyway;

    @Mixin
    private PixelLimitOption limit;

    Recipe recipe() {
        return recipe.read(spec.commandLine().getErr());
    }

    /** Trains in one or several ranks, alone without a teacher. */
    int train(String name, Recipe read, List<TrainingJob.Rank> ranks) throws IOException {
        CocoDataset dataset = usable(read.data().trainSplit(), read);
        CocoDataset test =
                read.training().evaluateEvery() > 0 ? usable(read.data().testSplit(), read) : dataset;
        TrainingJob job = new TrainingJob(name, read, dataset, test, ranks, out, "add --resume");
        try (Interruption stop = Interruption.open()) {
            if (!job.run(start(), stop, (student, distiller) -> {})) {
                return Retort.INTERRUPTED;
            }
        }
        spec.commandLine().getOut().println("Wrote " + out.resolve(TrainingRun.MODEL));
        return 0;
    }

    private CocoDataset usable(String split, Recipe read) {
        return UsableImages.of(
                CocoDataset.open(data, split).withMaxPixels(limit.pixels()),
                read.data().broken(),
                spec.commandLine().getErr());
    }

    private TrainingJob.Start start() {
        if (resumeAnyway) {
            return TrainingJob.Start.RESUME_ANYWAY;
        }
        return resume ? TrainingJob.Start.RESUME : TrainingJob.Start.NEW;
    }
}
