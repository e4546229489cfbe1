package dev.retort.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.retort.kernels.device.KernelUnit;
import dev.retort.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The shipped PTX is what nvcc makes of the sources of today. {@code -Dretort.ptx=write} makes anew what is not: after a change of a kernel, with
 * {@code mvn test -pl kernels -am -Dtest=PtxTest -Dsurefire.failIfNoSpecifiedTests=false -Dretort.ptx=write}.
 */
@Execution(ExecutionMode.CONCURRENT)
class PtxTest {
    private static final Path FOLDER = Path.of("src/main/resources/dev/retort/kernels/cuda");
    private static final boolean WRITE = "write".equals(System.getProperty("retort.ptx"));

    @TempDir
    Path folder;

    static Stream<KernelUnit> units() {
        return Ptx.units().stream();
    }

    @ParameterizedTest
    @MethodSource("units")
    void ptxIsUpToDate(KernelUnit unit) throws IOException, InterruptedException {
        Path file = FOLDER.resolve(unit + ".ptx");
        boolean current =
                Files.exists(file) && Nvcc.hashIn(Files.readString(file)).equals(Nvcc.hash(unit));
        if (WRITE && !current) {
            Files.createDirectories(FOLDER);
            Files.writeString(file, Nvcc.find().orElseThrow().compile(unit, folder));
            return;
        }
        assertThat(current)
                .as(file + " is not made of the source of today: make it anew with -Dretort.ptx=write")
                .isTrue();
    }

    @Tag("long")
    @ParameterizedTest
    @MethodSource("units")
    void theSameNvccMakesTheSameBytes(KernelUnit unit) throws IOException, InterruptedException {
        assumeTrue(!WRITE, "files are being written");
        Optional<Nvcc> nvcc = Nvcc.find();
        String shipped = Files.readString(FOLDER.resolve(unit + ".ptx"));
        assumeTrue(
                nvcc.isPresent() && nvcc.get().build().equals(Nvcc.buildIn(shipped)),
                "the nvcc that made it is not here");
        assertThat(nvcc.get().compile(unit, folder)).isEqualTo(shipped);
    }

    @Test
    void nothingElseIsShipped() throws IOException {
        assumeTrue(!WRITE, "files are being written");
        Set<String> expected = Ptx.units().stream().map(unit -> unit + ".ptx").collect(Collectors.toSet());
        try (Stream<Path> files = Files.list(FOLDER)) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    @Test
    void whatIsNotShippedIsNamed() {
        assertThatThrownBy(() -> Ptx.text(new KernelUnit("tiled", DType.F32, Map.of("MICRO", 3))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("tiled-F32-3 are missing");
    }
}
