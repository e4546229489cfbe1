package dev.retort.cli.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.detection.model.DetectionModelProvider;
import dev.retort.detection.model.DetectionModels;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.recipe.RecipeReader;
import dev.retort.distill.DistillationProvider;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The page that people read and the code agree about every key and its default. A heading of the page is a section; the keys of
 * a kind of detector stand under {@code model, kind KIND}.
 */
class RecipeDocumentationTest {
    /** Tests run in the module's folder. */
    private static final Path RECIPES = Path.of("..", "recipes");

    private static final Pattern ROW = Pattern.compile("\\| `(\\w+)` \\| `(.*?)` \\| .+ \\|");
    private static final Pattern HEADING = Pattern.compile("##+ ([\\w.]+)(?:, kind (\\w+))?");
    private static final String METHODS = "distillation.methods";

    /** A row of the page. */
    private record Row(String kind, String key, String value) {}

    /** A recipe with the defaults of a kind of detector and of all methods. */
    private static Recipe defaults(String kind) {
        String methods = DistillationProvider.all().stream()
                .map(DistillationProvider::name)
                .collect(Collectors.joining(", ", "[", "]"));
        return RecipeReader.parse("", "no file", List.of("model.kind=" + kind, METHODS + "=" + methods))
                .recipe();
    }

    private static List<String> kinds() {
        return DetectionModels.all().stream().map(DetectionModelProvider::kind).toList();
    }

    /** Values by dotted keys, as the page writes them. */
    private static void values(String section, JsonNode node, Map<String, String> into) {
        node.properties().forEach(property -> {
            String key = section.isEmpty() ? property.getKey() : section + "." + property.getKey();
            if (property.getValue().isObject()) {
                values(key, property.getValue(), into);
            } else {
                into.put(key, text(property.getValue()));
            }
        });
    }

    private static String text(JsonNode value) {
        if (value.isArray()) {
            return value.valueStream().map(v -> text(v)).collect(Collectors.joining(", ", "[", "]"));
        }
        if (value.isNumber() && !value.isIntegralNumber()) {
            return new BigDecimal(value.toString()).stripTrailingZeros().toPlainString();
        }
        return value.asString();
    }

    @Test
    void everyKeyIsDocumentedWithItsDefault() throws IOException {
        List<Row> rows = rows();
        for (String kind : kinds()) {
            Map<String, String> expected = new LinkedHashMap<>();
            values("", JsonMapper.builder().build().readTree(RecipeReader.writeJson(defaults(kind))), expected);
            // The page has one kind and one method as the defaults.
            expected.put("model.kind", Recipe.defaults().model().kind());
            expected.put(METHODS, "[icd]");
            Map<String, String> documented = new LinkedHashMap<>();
            rows.stream()
                    .filter(row -> row.kind().isEmpty() || row.kind().equals(kind))
                    .forEach(row -> assertThat(documented.put(row.key(), row.value()))
                            .as(row.key())
                            .isNull());
            assertThat(documented).as(kind).isEqualTo(expected);
        }
        Set<String> kindsOfRows = rows.stream().map(Row::kind).collect(Collectors.toCollection(TreeSet::new));
        kindsOfRows.remove("");
        assertThat(kinds()).containsAll(kindsOfRows);
    }

    @Test
    void theDocumentedDefaultsReadAsTheDefaults() throws IOException {
        List<String> settings = new ArrayList<>();
        for (Row row : rows()) {
            boolean otherMethod = row.key().matches("distillation\\.(?!icd\\.)\\w+\\..+");
            if (!otherMethod && (row.kind().isEmpty() || row.kind().equals("retinanet"))) {
                settings.add(row.key() + "=" + row.value());
            }
        }
        assertThat(RecipeReader.parse("", "the page", settings).recipe()).isEqualTo(Recipe.defaults());
    }

    @Test
    void theRecipesThatAreShippedCanBeReadAndHaveNoOldKey() throws IOException {
        List<Path> recipes;
        try (Stream<Path> files = Files.walk(RECIPES)) {
            recipes = files.filter(file -> file.toString().endsWith(".yaml")).toList();
        }
        assertThat(recipes)
                .extracting(recipe -> recipe.getFileName().toString())
                .contains("shapes-teacher.yaml", "shapes-student.yaml", "bccd-teacher.yaml", "bccd-student.yaml")
                .contains("retinanet-r50-1x.yaml");
        recipes.forEach(recipe -> assertThat(
                        RecipeReader.read(recipe, List.of("model.weights=none")).notices())
                .as("%s", recipe)
                .isEmpty());
    }

    private static List<Row> rows() throws IOException {
        List<Row> rows = new ArrayList<>();
        String section = "";
        String kind = "";
        for (String line : Files.readAllLines(RECIPES.resolve("README.md"))) {
            Matcher heading = HEADING.matcher(line);
            Matcher row = ROW.matcher(line);
            if (heading.matches()) {
                section = heading.group(1);
                kind = heading.group(2) == null ? "" : heading.group(2);
            } else if (row.matches()) {
                rows.add(new Row(kind, section + "." + row.group(1), row.group(2)));
            }
        }
        return rows;
    }
}
