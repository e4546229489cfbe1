package dev.retort.kernels.simd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.kernels.simd.internal.run.Parallel;
import dev.retort.kernels.simd.internal.run.VectorApi;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A program of one's own that was started without the Vector API is told so once, with the option that is missing. */
class VectorNoticeTest {
    private static final String OPTION = "--add-modules jdk.incubator.vector";

    private static List<String> notices(Class<?> program, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said.lines().filter(line -> line.contains("slower")).toList();
    }

    @Test
    void withoutTheModuleThereIsOneNotice() throws IOException, InterruptedException {
        assertThat(notices(TwoBackends.class)).singleElement().asString().contains(OPTION);
    }

    @Test
    void aProgramThatTakesTheAutomaticChoiceGetsOneNotice() throws IOException, InterruptedException {
        assertThat(notices(Embedding.class)).singleElement().asString().contains(OPTION);
    }

    @Test
    void withTheModuleOrSwitchedOffThereIsNone() throws IOException, InterruptedException {
        assertThat(notices(TwoBackends.class, "--add-modules=jdk.incubator.vector"))
                .isEmpty();
        assertThat(notices(TwoBackends.class, "-D" + VectorApi.SWITCH_PROPERTY + "=false"))
                .isEmpty();
    }

    /** Computes on backends that it takes by name and by the automatic choice, which is simd on a machine without a GPU. */
    static final class Embedding {
        private Embedding() {}

        public static void main(String[] arguments) {
            for (String name : new String[] {"auto", "simd", "auto"}) {
                try (Backend backend = Backends.create(name)) {
                    System.out.println(
                            backend.tensor(new float[] {1, 2}, 2).sum().item());
                }
            }
        }
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
