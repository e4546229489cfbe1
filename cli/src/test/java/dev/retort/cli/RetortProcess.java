package dev.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.cli.progress.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The command line in a process of its own, with the tests' class path.
 *
 * @param output what it prints, both streams
 */
record RetortProcess(Process process, Path output) {
    static final int PATIENCE_SECONDS = 180;

    /** Starts Retort after a line of shell that sets the process up and ends in {@code exec}. */
    static RetortProcess start(Path output, String setUp, List<String> options, List<String> args) throws IOException {
        List<String> command = new ArrayList<>(List.of("bash", "-c", setUp + " \"$@\"", "bash"));
        command.addAll(java(options, args));
        return start(output, command);
    }

    /** Starts Retort at a terminal of its own, the standard input of the process is what is typed there. */
    static RetortProcess onTerminal(Path output, int columns, List<String> args) throws IOException {
        String quoted = java(List.of("-D" + Progress.TERMINAL_PROPERTY + "=true"), args).stream()
                .map(word -> "'" + word.replace("'", "'\\''") + "'")
                .collect(Collectors.joining(" "));
        // A build in the background ignores the signal, and its children would inherit that.
        String line = "stty cols " + columns + "; exec env --default-signal=INT " + quoted;
        return start(output, List.of("script", "-qec", line, "/dev/null"));
    }

    private static List<String> java(List<String> options, List<String> args) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx512m", "-XX:-UsePerfData", "--add-modules=jdk.incubator.vector"));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Retort.class.getName()));
        command.addAll(args);
        return command;
    }

    private static RetortProcess start(Path output, List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        return new RetortProcess(process, output);
    }

    /** Waits for its end and returns the exit code. */
    int end() throws InterruptedException {
        try {
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }

    String text() throws IOException {
        return Files.readString(output);
    }
}
