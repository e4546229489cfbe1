package dev.retort.kernels;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** A JVM beside this one, of the same kind and with the same class path and the Vector API: for what is fixed when a JVM starts. */
public final class JavaProcess {
    private JavaProcess() {}

    /** Runs the main method of {@code main}, with further options of the JVM. */
    public static ProcessBuilder of(Class<?> main, String... options) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.addAll(List.of(
                "--add-modules=jdk.incubator.vector", "-cp", System.getProperty("java.class.path"), main.getName()));
        return new ProcessBuilder(command);
    }

    /** The process, without the entries of its class path whose file name begins with one of these. */
    public static ProcessBuilder without(ProcessBuilder process, String... jars) {
        int place = process.command().indexOf("-cp") + 1;
        String rest = Arrays.stream(process.command().get(place).split(File.pathSeparator))
                .filter(entry -> Arrays.stream(jars)
                        .noneMatch(jar -> new File(entry).getName().startsWith(jar)))
                .collect(Collectors.joining(File.pathSeparator));
        process.command().set(place, rest);
        return process;
    }

    /**
     * What a process prints up to its end.
     *
     * @throws AssertionError with that if it fails
     */
    public static String output(Process process) throws IOException, InterruptedException {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new AssertionError("The process ended with " + process.exitValue() + " and said: " + output);
        }
        return output;
    }
}
