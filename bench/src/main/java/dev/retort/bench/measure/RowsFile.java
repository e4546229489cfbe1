package dev.retort.bench.measure;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/** Rows as a JSON array, one row a line. */
public final class RowsFile {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private RowsFile() {}

    /** Writes the file, whole or not at all. */
    public static void write(List<Row> rows, Path file) throws IOException {
        String text = rows.stream().map(JSON::writeValueAsString).collect(Collectors.joining(",\n", "[\n", "\n]\n"));
        TextFile.write(text, file);
    }

    /** Reads what {@link #write} has written. */
    public static List<Row> read(Path file) {
        return List.of(JSON.readValue(file.toFile(), Row[].class));
    }
}
