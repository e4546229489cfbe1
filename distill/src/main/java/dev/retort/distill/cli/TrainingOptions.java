package dev.retort.distill.cli;

import dev.retort.detection.data.CocoDataset;
import dev.retort.distill.job.TrainingJob;
import dev.retort.distill.recipe.Recipe;
import dev.retort.distill.recipe.RecipeReader;
import dev.retort.distill.train.TrainingRun;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What {@code train} and {@code distill} are told. */
final class TrainingOptions {
    @Parameters(paramLabel = "RECIPE", description = "Recipe, YAML; recipes/README.md tells the fields.")
    private Path recipe;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "DIR",
            description = "Data set: DIR/annotations/SPLIT.json and DIR/images, or COCO's own layout.")
    private Path data;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder of the run.")
    private Path out;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Overrides a field of the recipe, for example --set training.epochs=3. May be repeated.")
    private List<String> settings = new ArrayList<>();

    @Option(names = "--resume", description = "Go on from the checkpoint in --out.")
    private boolean resume;

    @Option(
            names = "--backend",
            defaultValue = "auto",
            description = "What computes; 'retort devices' lists the choices. Default: ${DEFAULT-VALUE}.")
    private String backend;

    int run(String name, Path teacher, PrintWriter console) throws IOException {
        Recipe read = RecipeReader.read(recipe, settings);
        CocoDataset dataset = CocoDataset.open(data, read.data().trainSplit());
        try (Backend opened = Backends.create(backend)) {
            TrainingJob job = new TrainingJob(name, read, dataset, out, teacher, resume);
            TrainingJob.Result result = job.run(opened);
            if (!result.complete()) {
                console.println("Stopped; go on with the same command and --resume.");
                return Retort.FAILED;
            }
            console.println("Done: " + out.resolve(TrainingRun.MODEL));
            return 0;
        }
    }
}
