package dev.retort.kernels.simd;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A JVM beside this one, of the same kind and with the same class path and the Vector API: for what is fixed when a JVM starts. */
final class JavaProcess {
    private JavaProcess() {}

    /** Runs the main method of {@code main}, with further options of the JVM. */
    static ProcessBuilder of(Class<?> main, String... options) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.addAll(List.of(
                "--add-modules=jdk.incubator.vector", "-cp", System.getProperty("java.class.path"), main.getName()));
        return new ProcessBuilder(command);
    }
}
