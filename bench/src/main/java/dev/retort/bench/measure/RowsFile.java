package dev.retort.bench.measure;

import dev.retort.tensor.io.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/** Writes rows as a JSON array, one row a line. */
public final class RowsFile {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private RowsFile() {}

    /** Refuses a file that cannot be written, before anything is measured; null is no file. */
    public static void check(Path file) {
        if (file == null) {
            return;
        }
        Path folder = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file) || !Files.isDirectory(folder)) {
            throw new IllegalArgumentException("Cannot write " + file + ": "
                    + (Files.isDirectory(file) ? "it is a folder" : "there is no folder " + folder));
        }
    }

    /** Writes the file, whole or not at all. */
    public static void write(List<Row> rows, Path file) throws IOException {
        String text = rows.stream().map(JSON::writeValueAsString).collect(Collectors.joining(",\n", "[\n", "\n]\n"));
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        AtomicFile.write(file, channel -> {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        });
    }
}
