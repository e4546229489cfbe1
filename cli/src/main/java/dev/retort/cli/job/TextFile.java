package dev.retort.cli.job;

import dev.retort.tensor.io.AtomicFile;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes files that people asked for, devices and pipes included; an ordinary file whole or not at all. */
public final class TextFile {
    private TextFile() {}

    /**
     * Writes a text in UTF-8.
     *
     * @throws IOException whose message names the file and the system's reason
     */
    public static void write(Path file, CharSequence text) throws IOException {
        try {
            if (!Files.exists(file) || Files.isRegularFile(file)) {
                AtomicFile.writeString(file, text.toString());
            } else {
                Files.writeString(file, text);
            }
        } catch (IOException e) {
            String reason = e instanceof FileSystemException refused && refused.getReason() != null
                    ? refused.getReason()
                    : e.getMessage();
            throw new IOException("Cannot write " + file + ": " + reason, e);
        }
    }
}
