package dev.retort.detection.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The page of recipes and each kind of detector agree about the kind's own keys and their defaults. */
class KindDocumentationTest {
    /** Tests run in the module's folder. */
    private static final Path PAGE = Path.of("..", "recipes", "README.md");

    private static final Pattern ROW = Pattern.compile("\\| `(\\w+)` \\| `(.*?)` \\| .+ \\|");

    static List<DetectionModelProvider<?>> kinds() {
        return DetectionModels.all();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void everyOwnKeyIsDocumentedWithItsDefault(DetectionModelProvider<?> kind) throws Exception {
        Map<String, String> expected = new LinkedHashMap<>();
        for (RecordComponent key : kind.defaults().getClass().getRecordComponents()) {
            expected.put(key.getName(), text(key.getAccessor().invoke(kind.defaults())));
        }
        assertThat(table("### kind: " + kind.kind())).isEqualTo(expected);
    }

    /** The rows of fields behind a heading, up to the next one. */
    private static Map<String, String> table(String heading) throws IOException {
        Map<String, String> rows = new LinkedHashMap<>();
        boolean inside = false;
        for (String line : Files.readAllLines(PAGE)) {
            Matcher row = ROW.matcher(line);
            if (line.startsWith("#")) {
                inside = line.equals(heading);
            } else if (inside && row.matches()) {
                rows.put(row.group(1), row.group(2));
            }
        }
        return rows;
    }

    private static String text(Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(KindDocumentationTest::text).collect(Collectors.joining(", ", "[", "]"));
        }
        if (value instanceof Double number) {
            return new BigDecimal(number.toString()).stripTrailingZeros().toPlainString();
        }
        return value.toString().toLowerCase(Locale.ROOT);
    }
}
