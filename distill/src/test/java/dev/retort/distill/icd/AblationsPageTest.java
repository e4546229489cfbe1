package dev.retort.distill.icd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.retort.detection.recipe.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page of ablations has settings that a recipe takes. */
class AblationsPageTest {
    /** Tests run in the module's folder. */
    private static final Path PAGE = Path.of("..", "docs", "ablations.md");

    private static final Pattern QUOTED = Pattern.compile("`([^`]+=[^`]+)`");

    /** The settings of each row of each table: those of a quote are set together. */
    private static List<List<String>> rows() throws IOException {
        List<List<String>> rows = new ArrayList<>();
        for (String line : Files.readAllLines(PAGE)) {
            if (line.startsWith("|")) {
                QUOTED.matcher(line.split("\\|")[2])
                        .results()
                        .forEach(quote -> rows.add(List.of(quote.group(1).split(" (?=[\\w.]+=)"))));
            }
        }
        return rows;
    }

    @Test
    void everyRowIsASetting() throws IOException {
        List<List<String>> rows = rows();
        assertThat(rows).hasSizeGreaterThan(50);
        for (List<String> row : rows) {
            String[] settings = row.stream()
                    .map(setting -> setting.substring(0, setting.indexOf('=')).contains(".")
                            ? setting
                            : "distillation.icd." + setting)
                    .toArray(String[]::new);
            assertThatCode(() -> Recipe.defaults().with(settings)).as("%s", row).doesNotThrowAnyException();
        }
    }
}
