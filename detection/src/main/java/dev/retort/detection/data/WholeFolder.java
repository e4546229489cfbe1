package dev.retort.detection.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.stream.Stream;

/** Writes data sets and files so that they appear whole or not at all. */
final class WholeFolder {
    private static final String UNFINISHED = ".unfinished";

    private WholeFolder() {}

    /** Puts content into a folder or file. */
    interface Writer {
        void write(Path path) throws IOException;
    }

    /**
     * Lets {@code writer} fill a new folder beside {@code target}, then moves it there; removes it if the writer fails.
     *
     * @throws DataException if {@code target} exists and is not an empty folder
     */
    static void write(Path target, Writer writer) {
        Path absolute = target.toAbsolutePath();
        Path unfinished = beside(absolute);
        try {
            refuseOccupied(absolute);
            delete(unfinished);
            Files.createDirectories(unfinished);
            writer.write(unfinished);
            Files.deleteIfExists(absolute);
            move(unfinished, absolute);
        } catch (IOException e) {
            throw new DataException("Cannot write the data set to " + target + ": " + e.getMessage(), e);
        } finally {
            delete(unfinished);
        }
    }

    /** Writes a text file beside {@code file} and moves it there; makes its folder if it is missing. */
    static void writeFile(Path file, CharSequence text) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            writeFile(file, text.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new DataException("Cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    /** Writes a file beside {@code file} and moves it there. A link that has its name is replaced, not followed. */
    static void writeFile(Path file, byte[] content) throws IOException {
        Path absolute = file.toAbsolutePath();
        Path unfinished = beside(absolute);
        try {
            Files.deleteIfExists(unfinished);
            Files.write(unfinished, content, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            move(unfinished, absolute);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    private static Path beside(Path path) {
        return path.resolveSibling(path.getFileName() + UNFINISHED);
    }

    private static void refuseOccupied(Path target) throws IOException {
        if (!Files.exists(target)) {
            return;
        }
        boolean empty = false;
        if (Files.isDirectory(target)) {
            try (Stream<Path> entries = Files.list(target)) {
                empty = entries.findAny().isEmpty();
            }
        }
        if (!empty) {
            throw new DataException(target + " is there already: choose another folder, or remove it");
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> entries = Files.walk(folder)) {
            for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(entry);
            }
        } catch (IOException e) {
            throw new DataException("Cannot remove the unfinished " + folder + ": " + e.getMessage(), e);
        }
    }
}
