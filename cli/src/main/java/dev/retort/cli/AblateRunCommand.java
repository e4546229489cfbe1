package dev.retort.cli;

import dev.retort.cli.job.Interruption;
import dev.retort.cli.job.RunFolder;
import dev.retort.cli.job.StoppedException;
import dev.retort.cli.job.TrainingJob;
import dev.retort.cli.study.RunLauncher;
import dev.retort.cli.study.StudyRun;
import dev.retort.detection.Detector;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.recipe.RecipeReader;
import dev.retort.tensor.Backend;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * One run of a study, which {@link AblateCommand} starts in a process of its own. Standard input is a pipe from there; its end
 * is the end of that process, and this one stops after its step.
 */
@Command(name = AblateRunCommand.NAME, hidden = true, description = "Makes one run of a study; retort ablate calls it.")
final class AblateRunCommand implements Callable<Integer> {
    static final String NAME = "ablate-run";

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FOLDER", description = "The run's folder, with its recipe.")
    private Path folder;

    @Option(names = "--data", required = true, paramLabel = "DIR", description = "The data set.")
    private Path data;

    @Option(names = "--train-split", required = true, paramLabel = "NAME", description = "Split to learn from.")
    private String trainSplit;

    @Option(names = "--split", required = true, paramLabel = "NAME", description = "Split to evaluate on.")
    private String split;

    @Option(names = "--key", required = true, paramLabel = "HEX", description = "The run's key.")
    private String key;

    @Option(names = "--model", paramLabel = "MODEL", description = "The teacher, or what is evaluated.")
    private Path model;

    @Option(names = "--evaluate", description = "Only evaluate the model.")
    private boolean evaluate;

    @Mixin
    private PixelLimitOption limit;

    @Mixin
    private DeviceOption device;

    @Override
    public Integer call() throws IOException {
        watchParent();
        try (Backend computing = device.create();
                Interruption stop = Interruption.open()) {
            return run(computing, stop) ? 0 : Retort.INTERRUPTED;
        } catch (StoppedException e) {
            return Retort.INTERRUPTED;
        } catch (RunFolder.InUseException e) {
            System.err.println("retort: " + e.getMessage());
            return RunLauncher.IN_USE;
        }
    }

    private boolean run(Backend computing, Interruption stop) throws IOException {
        Recipe.Broken broken = Recipe.Broken.FAIL;
        Optional<Recipe> recipe = Optional.empty();
        if (!evaluate) {
            recipe = Optional.of(RecipeReader.read(folder.resolve(TrainingJob.RECIPE), List.of())
                    .recipe());
            broken = recipe.get().data().broken();
        }
        StudyRun run = new StudyRun(folder, key, usable(trainSplit, broken), usable(split, broken), computing);
        if (model == null) {
            return run.train(recipe.orElseThrow(), Optional.empty(), stop);
        }
        try (Detector given = Detector.load(model, computing)) {
            if (evaluate) {
                run.evaluate(given, stop);
                return true;
            }
            return run.train(recipe.orElseThrow(), Optional.of(given), stop);
        }
    }

    private CocoDataset usable(String name, Recipe.Broken broken) {
        return UsableImages.of(
                CocoDataset.open(data, name).withMaxPixels(limit.pixels()),
                broken,
                spec.commandLine().getErr());
    }

    /** Asks this process to end when its standard input does. */
    private static void watchParent() {
        Thread watcher = new Thread(
                () -> {
                    try {
                        System.in.transferTo(OutputStream.nullOutputStream());
                    } catch (IOException gone) {
                        // As its end.
                    }
                    System.exit(Retort.INTERRUPTED);
                },
                "retort-parent");
        watcher.setDaemon(true);
        watcher.start();
    }
}
