package dev.retort.cli.report;

import dev.retort.tensor.io.AtomicFile;
import dev.retort.tensor.io.JsonProblem;
import dev.retort.tensor.io.Utf8File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The outcome of a comparison, as summary.json has it: results by model, in the order in which they are shown. The demo's
 * models are {@link #TEACHER}, {@link #STUDENT} and a {@link #distilled} one.
 */
public record Summary(Map<String, ModelResult> models) {
    /** Name of the file. */
    public static final String FILE = "summary.json";

    public static final String TEACHER = "teacher";
    /** The student that was trained alone. */
    public static final String STUDENT = "student";

    private static final String DISTILLED = STUDENT + "_";

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .build();

    public Summary {
        models = new LinkedHashMap<>(models);
    }

    /** The student that was distilled by a method, such as {@code student_icd}. */
    public static String distilled(String method) {
        return DISTILLED + method;
    }

    /** Whether this is the name of a student that was distilled. */
    static boolean isDistilled(String model) {
        return model.startsWith(DISTILLED);
    }

    /** Writes summary.json. */
    public void write(Path file) throws IOException {
        AtomicFile.writeString(file, MAPPER.writeValueAsString(this) + "\n");
    }

    /** Reads summary.json. */
    public static Summary read(Path file) throws IOException {
        try {
            return MAPPER.readValue(Utf8File.read(file), Summary.class);
        } catch (JacksonException e) {
            throw new IOException(file + " is no summary of models: it " + JsonProblem.of(e, "JSON"), e);
        }
    }
}
