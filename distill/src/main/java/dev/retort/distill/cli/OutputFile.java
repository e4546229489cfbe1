package dev.retort.distill.cli;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Refuses a file that cannot be written before the work whose outcome it would hold. */
final class OutputFile {
    private OutputFile() {}

    /**
     * Passes if the file can be written, or is null. Leaves it as it was.
     *
     * @throws IllegalArgumentException if its folder is not there, it is a folder itself, or the system refuses it
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
        boolean there = Files.exists(file);
        // Only an attempt tells: permissions do not know of read-only file systems.
        try {
            Files.newByteChannel(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)
                    .close();
            if (!there) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "Cannot write " + file + ": the system does not let it be made or changed"
                            + (e instanceof FileSystemException refused && refused.getReason() != null
                                    ? " (" + refused.getReason() + ")"
                                    : ""),
                    e);
        }
    }
}
