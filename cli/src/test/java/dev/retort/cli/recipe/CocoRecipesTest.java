package dev.retort.cli.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.recipe.RecipeReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The recipes for COCO have the values that their page holds beside detectron2's, and its steps to the iteration. */
class CocoRecipesTest {
    /** Tests run in the module's folder. */
    private static final Path FOLDER = Path.of("..", "recipes", "coco");

    /** The files that recipes start from are not at hand here. */
    private static final String NO_WEIGHTS = "model.weights=none";

    private static final Pattern HEADING = Pattern.compile("### (.+)");
    private static final Pattern ROW = Pattern.compile("\\|.*\\| `([\\w.]+)` \\| `([^`]+)` \\|");

    private static Recipe read(String name, List<String> settings) {
        return RecipeReader.read(FOLDER.resolve(name + ".yaml"), settings).recipe();
    }

    /** What the page says under a heading, as settings. */
    private static List<String> rows(String heading) throws IOException {
        List<String> settings = new ArrayList<>();
        boolean under = false;
        for (String line : Files.readAllLines(FOLDER.resolve("README.md"))) {
            Matcher title = HEADING.matcher(line);
            Matcher row = ROW.matcher(line);
            if (title.matches()) {
                under = title.group(1).equals(heading);
            } else if (under && row.matches()) {
                settings.add(row.group(1) + "=" + row.group(2));
            }
        }
        return settings;
    }

    /** {@code base} is the heading whose rows hold, too, before its own. */
    @ParameterizedTest
    @CsvSource({
        "retinanet-r50-1x, retinanet-r50-1x, 60000, 80000",
        "retinanet-r101-3x, retinanet-r50-1x, 210000, 250000",
        "fcos-r50-1x, fcos-r50-1x, 60000, 80000",
        "icd-r50-from-r101-1x, retinanet-r50-1x, 60000, 80000"
    })
    void recipeIsWhatThePageSays(String name, String base, long first, long second) throws IOException {
        Recipe recipe = read(name, List.of(NO_WEIGHTS));
        List<String> said = new ArrayList<>(List.of(NO_WEIGHTS));
        said.addAll(rows("All four"));
        said.addAll(rows(base));
        said.addAll(rows(name));
        assertThat(rows(name)).isNotEmpty();
        assertThat(said).hasSizeGreaterThan(20);
        assertThat(read(name, said)).isEqualTo(recipe);
        assertThat(RecipeReader.parse("", "the page", said).recipe()).isEqualTo(recipe);
        assertThat(recipe.optimizer().steps())
                .extracting(share -> Math.round(share * recipe.training().iterations()))
                .containsExactly(first, second);
        assertThat(recipe.training().batch() * recipe.training().accumulate()).isEqualTo(16);
    }

    @Test
    void everyRecipeOfTheFolderHasItsTable() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".yaml")).toList()) {
                assertThat(rows(file.getFileName().toString().replace(".yaml", "")))
                        .as("%s", file)
                        .isNotEmpty();
            }
        }
    }
}
