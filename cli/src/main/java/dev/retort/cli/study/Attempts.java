package dev.retort.cli.study;

import dev.retort.tensor.io.AtomicFile;
import dev.retort.tensor.io.Utf8File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Ends of a run's process without a result, a line each in the run's folder. A run has two attempts. */
final class Attempts {
    /** Name of the file. */
    static final String FILE = "attempts.txt";

    private static final int MOST = 2;

    private Attempts() {}

    static List<String> of(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        return Files.exists(file)
                ? Utf8File.read(file).lines().filter(line -> !line.isBlank()).toList()
                : List.of();
    }

    /** Whether the run is not tried again. */
    static boolean isGivenUp(Path folder) throws IOException {
        return of(folder).size() >= MOST;
    }

    static void add(Path folder, String what) throws IOException {
        List<String> lines = new ArrayList<>(of(folder));
        lines.add(what);
        AtomicFile.writeString(folder.resolve(FILE), String.join("\n", lines) + "\n");
    }

    static void clear(Path folder) throws IOException {
        Files.deleteIfExists(folder.resolve(FILE));
    }
}
