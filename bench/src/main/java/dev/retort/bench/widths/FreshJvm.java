package dev.retort.bench.widths;

import dev.retort.bench.measure.Row;
import dev.retort.bench.measure.RowsFile;
import dev.retort.cli.Retort;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures in JVMs that are started for it: what the JIT makes of kernels differs from start to start, so one process says little.
 *
 * @param home of the JDK, or the runtime, that is started
 */
public record FreshJvm(Path home) {
    /** The one that runs this program. */
    public static FreshJvm current() {
        return new FreshJvm(Path.of(System.getProperty("java.home")));
    }

    /**
     * A Java by its folder.
     *
     * @throws IllegalArgumentException if there is no {@code bin/java} in it
     */
    public static FreshJvm in(Path home) {
        FreshJvm jvm = new FreshJvm(home);
        if (!Files.isExecutable(jvm.java())) {
            throw new IllegalArgumentException(
                    "There is no Java in " + home + ": name the folder that has bin/java in it");
        }
        return jvm;
    }

    private Path java() {
        return home.resolve("bin").resolve("java");
    }

    /**
     * The first row that {@code retort bench} measures.
     *
     * @param options of the JVM, behind those of this one
     * @param arguments behind the word {@code bench}
     * @throws IOException if the process fails; the message has its last words
     */
    public Row measure(List<String> options, List<String> arguments) throws IOException, InterruptedException {
        Path file = Files.createTempFile("retort-widths", ".json");
        try {
            List<String> line = new ArrayList<>(List.of(java().toString()));
            line.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
            line.addAll(options);
            line.addAll(List.of("-cp", System.getProperty("java.class.path"), Retort.class.getName(), "bench"));
            line.addAll(arguments);
            line.addAll(List.of("--json", file.toString()));
            Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IOException(java() + " could not measure " + String.join(" ", arguments) + ": "
                        + said.strip().lines().reduce((first, second) -> second).orElse("it said nothing"));
            }
            return RowsFile.read(file).get(0);
        } finally {
            Files.deleteIfExists(file);
        }
    }
}
