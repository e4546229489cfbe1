package dev.retort.cli.job;

import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.recipe.RecipeReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The recipes that come with the command: those of the folder {@code recipes}. */
public final class DemoRecipes {
    /** The demo's teacher. */
    public static final String TEACHER = "shapes-teacher.yaml";
    /** The demo's student. */
    public static final String STUDENT = "shapes-student.yaml";

    private static final String FOLDER = "/dev/retort/cli/recipes/";

    private DemoRecipes() {}

    /**
     * Reads a recipe.
     *
     * @param settings over it, {@code key=value} each
     */
    public static Recipe read(String name, List<String> settings) throws IOException {
        try (InputStream in = DemoRecipes.class.getResourceAsStream(FOLDER + name)) {
            String yaml = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return RecipeReader.parse(yaml, "recipes/" + name, settings).recipe();
        }
    }
}
