package dev.retort.kernels.cuda;

import dev.retort.kernels.device.KernelSource;
import dev.retort.kernels.device.KernelUnit;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/**
 * Builds the stand-ins for NVIDIA's driver, {@code stand-in-driver.cpp} with all kernels, and for cuBLAS into a folder for the library path of
 * a process: the product's own host code and JCuda's own natives run on them unchanged.
 */
final class StandInDriver {
    private static final Pattern ENTRY = Pattern.compile("\\.entry (\\w+)\\(");
    private static final Path FOLDER = Path.of("target", "stand-in").toAbsolutePath();
    private static final String DRIVER = "libcuda.so.1";
    private static final String CUBLAS = "libcublas.so.12";

    private StandInDriver() {}

    /** The folder with the libraries. A test is skipped, and says why, where there is no g++ and retort.require does not name cuda-stand-in. */
    static synchronized Path build() throws IOException, InterruptedException {
        Files.createDirectories(FOLDER);
        Path versions = Files.writeString(FOLDER.resolve("versions"), CUBLAS + " { global: cublas*; local: *; };\n");
        library(DRIVER, text());
        library(
                CUBLAS,
                resource(StandInDriver.class, "stand-in-cublas.cpp"),
                FOLDER.resolve(DRIVER).toString(),
                "-Wl,--version-script=" + versions);
        return FOLDER;
    }

    /** Compiles a library unless it is there already. */
    private static void library(String name, String text, String... options) throws IOException, InterruptedException {
        Path library = FOLDER.resolve(name);
        Path source = FOLDER.resolve(name + ".cpp");
        if (Files.exists(library)
                && Files.exists(source)
                && Files.readString(source).equals(text)) {
            return;
        }
        Files.deleteIfExists(library);
        Files.writeString(source, text);
        List<String> command = new ArrayList<>(List.of("g++", "-std=c++17", "-O1", "-w", "-shared", "-fPIC"));
        command.addAll(List.of("-Wl,-soname," + name, "-o", library.toString(), source.toString()));
        command.addAll(List.of(options));
        Process compiler;
        try {
            compiler = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException absent) {
            String reason = "the stand-in for NVIDIA's driver needs g++ (Debian and Ubuntu: g++)";
            if (Arrays.asList(System.getProperty("retort.require", "").split(","))
                    .contains("cuda-stand-in")) {
                throw new AssertionError(reason, absent);
            }
            System.out.println("Skipped: " + reason);
            Assumptions.abort(reason);
            throw absent;
        }
        String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (compiler.waitFor() != 0) {
            throw new AssertionError("the stand-in " + name + " does not build: " + said);
        }
    }

    private static String resource(Class<?> beside, String name) throws IOException {
        try (InputStream in = beside.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String text() throws IOException {
        StringBuilder text = new StringBuilder();
        text.append(resource(StandInDriver.class, "stand-in-driver.cpp"));
        String hardware = resource(KernelSource.class, "mma.h");
        List<String> entries = new ArrayList<>();
        for (KernelUnit unit : Ptx.units()) {
            String space = unit.toString().replace('-', '_');
            String source = Ptx.source(unit).replace("extern \"C\"", "static").replace(hardware, "");
            text.append("\nnamespace " + space + " {\n" + source + "}\n");
            unit.macros(true).keySet().forEach(macro -> text.append("#undef " + macro + "\n"));
            Matcher kernels = ENTRY.matcher(Ptx.text(unit));
            while (kernels.find()) {
                entries.add("{\"" + unit + "\", \"" + kernels.group(1) + "\", " + source.contains("BARRIER();")
                        + ", [](void** values) { return bound(" + space + "::" + kernels.group(1) + ", values); }}");
            }
        }
        text.append("\nconst Entry ENTRIES[] = {\n" + String.join(",\n", entries) + "};\n");
        text.append("const int ENTRY_COUNT = " + entries.size() + ";\n");
        return text.toString();
    }
}
