package dev.retort.cli;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Refuses a file or folder for outcomes that cannot be written, before the work whose outcome it would hold. */
final class OutputFile {
    private OutputFile() {}

    /** Whether two paths name one file, there or not. */
    static boolean isOne(Path one, Path other) {
        return key(one).equals(key(other));
    }

    /** Equal for two paths that name one file. */
    static Path key(Path file) {
        return file.toAbsolutePath().normalize();
    }

    /** Makes a folder and those above it, if they are not there; a failure names it. */
    static void folder(Path folder) throws IOException {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new IOException("Cannot make the folder " + folder + reason(e), e);
        }
    }

    /** A file system's own exceptions have nothing but the path as a message. */
    private static String reason(IOException e) {
        if (e instanceof FileAlreadyExistsException there) {
            return ": " + there.getFile() + " is a file";
        }
        if (e instanceof FileSystemException refused) {
            return ": the system does not let it be made or changed"
                    + (refused.getReason() == null ? "" : " (" + refused.getReason() + ")");
        }
        return ": " + e.getMessage();
    }

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
            throw new IllegalArgumentException("Cannot write " + file + reason(e), e);
        }
    }
}
