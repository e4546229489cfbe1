package dev.retort.distill.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/** Refuses a file that cannot be written before the work whose outcome it would hold. */
final class OutputFile {
    private OutputFile() {}

    /**
     * Passes if the file lies in a folder that is there, or is null.
     *
     * @throws IllegalArgumentException if it does not, or is a folder itself
     */
    static void check(Path file) {
        if (file == null) {
            return;
        }
        Path folder = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file)) {
            throw new IllegalArgumentException("Cannot write the file " + file + ": it is a folder");
        }
        if (!Files.isDirectory(folder)) {
            throw new IllegalArgumentException(
                    "Cannot write " + file + ": there is no folder " + folder + ", make it first");
        }
    }
}
