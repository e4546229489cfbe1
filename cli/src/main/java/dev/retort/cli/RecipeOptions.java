package dev.retort.cli;

import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.recipe.RecipeReader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code RECIPE} and {@code --set}: what is trained. */
public final class RecipeOptions {
    @Parameters(paramLabel = "RECIPE", description = "YAML file; recipes/README.md tells its fields.")
    private Path recipe;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Set a field of the recipe, such as training.epochs=3; may be repeated.")
    private List<String> settings = new ArrayList<>();

    /**
     * The recipe with what was set.
     *
     * @param err where notices about it go
     * @throws dev.retort.detection.recipe.RecipeException if it cannot be read, naming the file, key or value
     */
    public Recipe read(PrintWriter err) {
        RecipeReader.Read read = RecipeReader.read(recipe, settings);
        read.notices().forEach(notice -> err.println("retort: " + notice));
        return read.recipe();
    }
}
