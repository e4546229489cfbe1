package dev.retort.bench.measure;

import dev.retort.tensor.io.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A text that is written whole or not at all. */
public final class TextFile {
    private TextFile() {}

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

    /** Writes the file. */
    public static void write(String text, Path file) throws IOException {
        AtomicFile.writeString(file, text);
    }
}
