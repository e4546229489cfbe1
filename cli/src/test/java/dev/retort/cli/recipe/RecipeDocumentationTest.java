package dev.retort.cli.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.recipe.RecipeReader;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page that people read and the code agree about every field and its default. */
class RecipeDocumentationTest {
    /** Tests run in the module's folder. */
    private static final Path RECIPES = Path.of("..", "recipes");

    private static final Pattern ROW = Pattern.compile("\\| `(\\w+)` \\| `(.*?)` \\| .+ \\|");

    @Test
    void everyFieldIsDocumentedWithItsDefault() throws Exception {
        Map<String, String> documented = documented();
        List<String> fields = new ArrayList<>();
        for (RecordComponent section : Recipe.class.getRecordComponents()) {
            Object defaults = section.getAccessor().invoke(Recipe.defaults());
            for (RecordComponent field : section.getType().getRecordComponents()) {
                String key = section.getName() + "." + field.getName();
                fields.add(key);
                Object value = field.getAccessor().invoke(defaults);
                assertThat(documented).as(key).containsEntry(key, text(value));
            }
        }
        assertThat(documented.keySet()).containsExactlyElementsOf(fields);
    }

    @Test
    void theDocumentedDefaultsReadAsTheDefaults() throws IOException {
        List<String> settings = documented().entrySet().stream()
                .map(row -> row.getKey() + "=" + row.getValue())
                .toList();
        assertThat(RecipeReader.parse("", "the page", settings)).isEqualTo(Recipe.defaults());
    }

    @Test
    void theRecipesThatAreShippedCanBeRead() throws IOException {
        List<Path> recipes;
        try (Stream<Path> files = Files.list(RECIPES)) {
            recipes = files.filter(file -> file.toString().endsWith(".yaml")).toList();
        }
        assertThat(recipes)
                .extracting(recipe -> recipe.getFileName().toString())
                .contains("shapes-teacher.yaml", "shapes-student.yaml", "bccd-teacher.yaml", "bccd-student.yaml");
        recipes.forEach(recipe -> RecipeReader.read(recipe, List.of()));
    }

    private static Map<String, String> documented() throws IOException {
        Map<String, String> rows = new LinkedHashMap<>();
        String section = "";
        for (String line : Files.readAllLines(RECIPES.resolve("README.md"))) {
            Matcher row = ROW.matcher(line);
            if (line.startsWith("## ")) {
                section = line.substring(3);
            } else if (row.matches()) {
                rows.put(section + "." + row.group(1), row.group(2));
            }
        }
        return rows;
    }

    private static String text(Object value) {
        if (value instanceof List<?> list) {
            return "[" + String.join(", ", list.stream().map(v -> text(v)).toList()) + "]";
        }
        if (value instanceof Double number) {
            return new BigDecimal(number.toString()).stripTrailingZeros().toPlainString();
        }
        return value.toString().toLowerCase(Locale.ROOT);
    }
}
