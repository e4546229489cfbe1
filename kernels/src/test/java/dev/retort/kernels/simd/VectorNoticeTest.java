package dev.retort.kernels.simd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.kernels.simd.internal.run.Parallel;
import dev.retort.kernels.simd.internal.run.VectorApi;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A program of one's own that was started without the Vector API is told so once, with the option that is missing. */
class VectorNoticeTest {
    private static final String OPTION = "--add-modules jdk.incubator.vector";

    private static List<String> notices(String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), TwoBackends.class.getName()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said.lines().filter(line -> line.contains("slower")).toList();
    }

    @Test
    void withoutTheModuleThereIsOneNotice() throws IOException, InterruptedException {
        assertThat(notices()).singleElement().asString().contains(OPTION);
    }

    @Test
    void withTheModuleOrSwitchedOffThereIsNone() throws IOException, InterruptedException {
        assertThat(notices("--add-modules=jdk.incubator.vector")).isEmpty();
        assertThat(notices("-D" + VectorApi.SWITCH_PROPERTY + "=false")).isEmpty();
    }

    /** Opens the backend twice. */
    static final class TwoBackends {
        private TwoBackends() {}

        public static void main(String[] arguments) {
            for (int i = 0; i < 2; i++) {
                SimdBackend.create(new Parallel(1)).close();
            }
        }
    }
}
