package dev.retort.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Which cuBLAS is taken and how JCublas2 comes to it: with stand-ins, and in processes of their own, because it is looked for once. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class CublasLibraryTest {
    @TempDir
    Path root;

    /** Says what it finds, and where temporary files go after that. */
    static final class Probe {
        private Probe() {}

        public static void main(String[] args) throws IOException {
            CublasLibrary found = CublasLibrary.probe();
            System.out.println(found.usable() + ": " + found.reason());
            System.out.println("cause: "
                    + (found.cause() == null ? "none" : found.cause().getClass().getSimpleName()));
            System.out.println("again: " + (CublasLibrary.probe() == found));
            System.out.println("temporary: " + System.getProperty("java.io.tmpdir"));
        }
    }

    @BeforeEach
    void requireCompiler() throws IOException {
        StandInCublas.requireCompiler();
        Files.createDirectories(temporary());
    }

    private Path libraries() {
        return root.resolve("libraries");
    }

    private Path temporary() {
        return root.resolve("temporary");
    }

    /** The library that cuBLAS 12 needs, or the one that 13 needs, in the cache. */
    private static List<Path> kept(Path cache) throws IOException {
        try (Stream<Path> files = Files.walk(cache)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private String run(Class<?> program, String variable, Path value, String... arguments)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + temporary(),
                "-Dretort.cache=" + root.resolve("cache"),
                "-cp",
                System.getProperty("java.class.path"),
                program.getName());
        builder.command().addAll(Arrays.asList(arguments));
        builder.environment().remove("LD_LIBRARY_PATH");
        builder.environment().remove(LibraryFolders.VARIABLE);
        builder.environment().put(variable, value.toString());
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    private String probe() throws IOException, InterruptedException {
        String output = run(Probe.class, LibraryFolders.VARIABLE, libraries());
        assertThat(output).contains("again: true").contains("temporary: " + temporary() + "\n");
        return output;
    }

    @Test
    void cublas13AloneIsReachedThroughARewrittenLibrary() throws IOException, InterruptedException {
        StandInCublas.build(libraries(), 13, StandInCublas.SUCCESS);
        assertThat(probe())
                .contains("true: cuBLAS 13.5.2 from " + libraries().resolve("libcublas.so.13")
                        + " (JCublas2 rewritten for it)\n")
                .contains("cause: none");
        assertThat(temporary()).isEmptyDirectory();
        byte[] original = JCudaLibraries.of("JCublas2").content();
        assertThat(kept(root.resolve("cache")))
                .singleElement(InstanceOfAssertFactories.PATH)
                .hasBinaryContent(SharedObject.renamed(original, CublasLibrary.VERSION_12, CublasLibrary.VERSION_13));
    }

    @Test
    void cublas12IsUsedAsItIs() throws IOException, InterruptedException {
        StandInCublas.build(libraries(), 12, StandInCublas.SUCCESS);
        assertThat(probe()).contains("true: cuBLAS 12.5.2 from " + libraries().resolve("libcublas.so.12") + "\n");
        assertThat(kept(root.resolve("cache")))
                .singleElement(InstanceOfAssertFactories.PATH)
                .hasBinaryContent(JCudaLibraries.of("JCublas2").content());
    }

    @Test
    void ofBothCublas12IsTaken() throws IOException, InterruptedException {
        StandInCublas.build(libraries(), 13, StandInCublas.SUCCESS);
        StandInCublas.build(libraries(), 12, StandInCublas.SUCCESS);
        assertThat(run(Probe.class, "LD_LIBRARY_PATH", libraries()))
                .contains("true: cuBLAS 12.5.2 from " + libraries().resolve("libcublas.so.12") + "\n");
        assertThat(kept(root.resolve("cache")))
                .singleElement(InstanceOfAssertFactories.PATH)
                .hasBinaryContent(JCudaLibraries.of("JCublas2").content());
    }

    @Test
    void withoutEitherThePackageIsNamed() throws IOException, InterruptedException {
        requireNoOther();
        assertThat(probe())
                .contains("false: no libcublas.so.12 or libcublas.so.13 in ")
                .contains("libcublas-13-0")
                .contains("name its folder in RETORT_CUDA_LIBRARIES; Retort's own kernels serve until then\n")
                .contains("cause: UnsatisfiedLinkError");
    }

    private static void requireNoOther() {
        LibraryFolders folders = LibraryFolders.ofThisMachine();
        for (String file : List.of(CublasLibrary.VERSION_12, CublasLibrary.VERSION_13)) {
            if (!folders.inUsual(file).isEmpty()) {
                String reason = "this host has a cuBLAS: " + folders.inUsual(file);
                System.out.println("Skipped: " + reason);
                Assumptions.abort(reason);
            }
        }
    }

    @Test
    void aBrokenLibraryDoesNotStandInTheWayOfAnother() throws IOException, InterruptedException {
        StandInCublas.build(libraries(), 13, StandInCublas.SUCCESS);
        Path broken = Files.writeString(libraries().resolve("libcublas.so.12"), "no library");
        assertThat(probe())
                .contains("true: cuBLAS 13.5.2 from ")
                .contains("; passed over: " + broken + ": ")
                .contains("cause: UnsatisfiedLinkError");
    }

    @Test
    void aBrokenLibraryAloneIsNamed() throws IOException, InterruptedException {
        requireNoOther();
        Path broken = Files.writeString(Files.createDirectories(libraries()).resolve("libcublas.so.13"), "no library");
        assertThat(probe()).contains("false: cuBLAS does not load (" + broken + ": ");
    }

    @Test
    void withoutACacheATemporaryFolderServesAndGoes() throws IOException, InterruptedException {
        StandInCublas.build(libraries(), 13, StandInCublas.SUCCESS);
        Files.writeString(root.resolve("cache"), "a file");
        assertThat(probe()).contains("is not kept: ").contains("true: cuBLAS 13.5.2 from ");
        assertThat(temporary()).isEmptyDirectory();
    }

    @Test
    void aLibraryThatAnswersWithAnErrorIsNotUsed() throws IOException, InterruptedException {
        StandInCublas.build(libraries(), 13, StandInCublas.NOT_INITIALIZED);
        assertThat(probe())
                .contains("loads, but does not tell its version (jcuda.CudaException: CUBLAS_STATUS_NOT_INITIALIZED)")
                .contains("cause: CudaException");
    }
}
