package dev.retort.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * Libraries that stand in for cuBLAS: named and versioned as NVIDIA's are, with the one function that is called before there is a device.
 * They need a libcublasLt that only lies beside them.
 */
final class StandInCublas {
    /** What the function returns for success, and cuBLAS's CUBLAS_STATUS_NOT_INITIALIZED. */
    static final int SUCCESS = 0;

    static final int NOT_INITIALIZED = 1;

    private StandInCublas() {}

    /** Skips the test where there is no compiler for C. */
    static void requireCompiler() {
        try {
            run(Path.of("."), "gcc", "--version");
        } catch (IOException e) {
            String reason = "no gcc here to build stand-ins for cuBLAS with: " + e.getMessage();
            System.out.println("Skipped: " + reason);
            Assumptions.abort(reason);
        }
    }

    /** Builds cuBLAS of a version, {@code version}.5.2, and the library that it needs, into a folder. */
    static void build(Path folder, int version, int status) throws IOException {
        Files.createDirectories(folder);
        String name = "libcublas.so." + version;
        String neededName = "libcublasLt.so." + version;
        Files.writeString(folder.resolve("needed.c"), "int needed(void) { return " + status + "; }\n");
        Files.writeString(
                folder.resolve("cublas.c"),
                "int needed(void);\nint cublasGetProperty(int type, int* value) {\n  *value = type == 0 ? " + version
                        + " : type == 1 ? 5 : 2;\n  return needed();\n}\n");
        Files.writeString(folder.resolve("versions"), name + " { global: cublasGetProperty; local: *; };\n");
        library(folder, neededName, "needed.c");
        library(folder, name, "cublas.c", "-Wl,--version-script=versions", neededName);
    }

    private static void library(Path folder, String name, String... inputs) throws IOException {
        List<String> command = new ArrayList<>(List.of("gcc", "-shared", "-fPIC", "-Wl,-soname," + name, "-o", name));
        command.addAll(List.of(inputs));
        run(folder, command.toArray(String[]::new));
    }

    private static void run(Path folder, String... command) throws IOException {
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            assertThat(process.waitFor()).as(output).isZero();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
