package dev.retort.kernels.cuda;

import dev.retort.kernels.device.KernelUnit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** NVIDIA's compiler, where it is installed: what the shipped PTX is made with. */
final class Nvcc {
    private static final String HASH = "// source SHA-256: ";
    private static final String BUILD = "// compiler: nvcc, ";
    private static final Pattern VERSION = Pattern.compile("(?m)^\\.version \\d+\\.\\d+$");
    private static final Pattern BUILD_LINE = Pattern.compile("(?m)^Build (\\S+)$");

    /** Drivers from CUDA 11.8 on read it; the compiler names its own, newer one, of which nothing is used. */
    private static final String OLDEST_VERSION = ".version 7.8";

    private final String build;

    private Nvcc(String build) {
        this.build = build;
    }

    /** The compiler on the path, if there is one. */
    static Optional<Nvcc> find() throws InterruptedException {
        try {
            Matcher matcher = BUILD_LINE.matcher(run("nvcc", "--version"));
            return matcher.find() ? Optional.of(new Nvcc(matcher.group(1))) : Optional.empty();
        } catch (IOException absent) {
            return Optional.empty();
        }
    }

    /** Which compiler it is. */
    String build() {
        return build;
    }

    /** The PTX of a unit, with a header that says what it was made of and with. */
    String compile(KernelUnit unit, Path folder) throws IOException, InterruptedException {
        Path source = folder.resolve("unit.cu");
        Path ptx = folder.resolve("unit.ptx");
        Files.writeString(source, Ptx.source(unit));
        run("nvcc", "-ptx", "-arch=compute_80", "-w", "-o", ptx.toString(), source.toString());
        String text = VERSION.matcher(Files.readString(ptx)).replaceFirst(OLDEST_VERSION);
        return "// " + unit + ": made by PtxTest -Dretort.ptx=write, not to be changed by hand\n" + HASH + hash(unit)
                + "\n" + BUILD + build + "\n" + text;
    }

    /** That of a unit's source. */
    static String hash(KernelUnit unit) {
        try {
            byte[] source = Ptx.source(unit).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(source));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /** The hash in a PTX file's header. */
    static String hashIn(String ptx) {
        return line(ptx, HASH);
    }

    /** The compiler in a PTX file's header. */
    static String buildIn(String ptx) {
        return line(ptx, BUILD);
    }

    private static String line(String ptx, String begin) {
        return ptx.lines()
                .filter(line -> line.startsWith(begin))
                .map(line -> line.substring(begin.length()))
                .findFirst()
                .orElse("none");
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new AssertionError(List.of(command) + " failed: " + said);
        }
        return said;
    }
}
