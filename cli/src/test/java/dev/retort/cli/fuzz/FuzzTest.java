package dev.retort.cli.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Damaged files of every kind, 1,000 a format (of data sets a third) from a fixed seed: each is read or refused with a documented exception whose
 * message names the file and shows no Java, within 2 s and little memory. {@code -Dretort.fuzz=20000} takes another number,
 * {@code -Dretort.fuzz.seed=7} another seed, {@code -Dretort.fuzz.only=png} one format and {@code png:42:317} one file.
 */
class FuzzTest {
    private static final Path FOLDER = Path.of("target", "fuzz");
    private static final String HEAP = "-Xmx512m";

    @Test
    void damagedFilesAreReadOrRefused() throws Exception {
        run(Integer.getInteger("retort.fuzz", 1000));
    }

    @Test
    @Tag("long")
    void manyDamagedFilesAreReadOrRefused() throws Exception {
        Assumptions.assumeTrue(System.getProperty("retort.fuzz") == null, "another number was asked for");
        run(5000);
    }

    private static void run(int count) throws Exception {
        String only = System.getProperty("retort.fuzz.only", "all");
        String seed = System.getProperty("retort.fuzz.seed", "42");
        clear();
        Path output = FOLDER.resolve("output.txt");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        HEAP,
                        "-XX:-UsePerfData",
                        "-XX:+UseSerialGC",
                        // What kernels allocate is then the reading thread's, and no vectors in objects of a method not
                        // yet compiled.
                        "-Dretort.threads=1",
                        "-Dretort.simd.vector=false",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Fuzzing.class.getName(),
                        FOLDER.toString(),
                        Integer.toString(count),
                        seed,
                        only)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        int code;
        try {
            code = process.waitFor();
        } finally {
            process.destroyForcibly();
        }
        List<String> report = Files.readAllLines(FOLDER.resolve(Fuzzing.REPORT));
        report.stream().filter(line -> line.startsWith("format\t")).forEach(FuzzTest::print);
        List<String> findings = report.stream()
                .filter(line -> line.startsWith("finding\t"))
                .map(FuzzTest::finding)
                .toList();
        assertThat(findings)
                .as("damaged files, kept in %s", FOLDER.toAbsolutePath())
                .isEmpty();
        assertThat(code).as("%s", Files.readString(output)).isZero();
        assertThat(report).hasSize(only.equals("all") ? Fuzzing.FORMATS.size() : 1);
    }

    private static void print(String line) {
        String[] words = line.split("\t");
        System.out.printf(
                "fuzz: %-12s %6s files, %6s read, %6s refused, %4s with findings, %6s s%n",
                words[1], words[2], words[3], words[4], words[5], words[6]);
    }

    private static String finding(String line) {
        String[] words = line.split("\t");
        return words[3] + ": " + words[4] + "\n    again: mvn test -pl cli -am -Dtest=FuzzTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dretort.fuzz.only=" + words[2];
    }

    private static void clear() throws IOException {
        if (Files.exists(FOLDER)) {
            try (Stream<Path> entries = Files.walk(FOLDER)) {
                for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(entry);
                }
            }
        }
        Files.createDirectories(FOLDER);
    }
}
