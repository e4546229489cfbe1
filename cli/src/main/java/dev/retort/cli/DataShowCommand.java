package dev.retort.cli;

import dev.retort.cli.job.ShownSamples;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.recipe.RecipeReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code retort data show}: a page of images before and after augmentation. */
@Command(
        name = "show",
        description = "Writes a page with the first images that a training would see, before and after augmentation,"
                + " with their boxes.",
        sortOptions = false,
        footer = {"", "Example:", "  retort data show bccd --out page.html --set data.crop=0.857 --set data.color=0.5"})
final class DataShowCommand implements Callable<Integer> {
    private static final int MOST = 500;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "The data set's folder, or a zip file of one.")
    private Path folder;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "HTML file to write.")
    private Path out;

    @Option(names = "--split", paramLabel = "NAME", description = "Its split; by default the recipe's data.trainSplit.")
    private String split;

    @Option(names = "--count", paramLabel = "N", description = "How many images, up to " + MOST + "; by default 16.")
    private int count = 16;

    @Option(
            names = "--recipe",
            paramLabel = "RECIPE",
            description = "YAML file whose augmentation is shown; without it, a recipe of defaults.")
    private Path recipe;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Set a field of the recipe, such as data.mosaic=1; may be repeated.")
    private List<String> settings = new ArrayList<>();

    @Option(names = "--seed", paramLabel = "N", description = "Seed in place of the recipe's training.seed.")
    private Long seed;

    @Mixin
    private PixelLimitOption limit;

    @Override
    public Integer call() throws IOException {
        if (count < 1 || count > MOST) {
            throw new ParameterException(
                    spec.commandLine(), "Invalid value for option '--count': " + count + " is not from 1 to " + MOST);
        }
        OutputFile.check(out);
        Recipe read = read();
        CocoDataset dataset = UsableImages.of(
                CocoDataset.open(folder, split == null ? read.data().trainSplit() : split)
                        .withMaxPixels(limit.pixels()),
                read.data().broken(),
                spec.commandLine().getErr());
        new ShownSamples(read, dataset).page(count).write(out);
        spec.commandLine().getOut().println("Wrote " + out);
        return 0;
    }

    private Recipe read() {
        List<String> all = new ArrayList<>(settings);
        if (seed != null) {
            all.add("training.seed=" + seed);
        }
        RecipeReader.Read read =
                recipe == null ? RecipeReader.parse("", "no file", all) : RecipeReader.read(recipe, all);
        read.notices().forEach(notice -> spec.commandLine().getErr().println("retort: " + notice));
        return read.recipe();
    }
}
