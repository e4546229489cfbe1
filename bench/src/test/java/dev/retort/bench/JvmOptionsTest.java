package dev.retort.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmh.annotations.Fork;

/** The JVM's options stand in one file, which every start of Retort reads. */
class JvmOptionsTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Path OPTIONS = ROOT.resolve("cli/src/main/resources/dev/retort/cli/jvm-options");

    private static List<String> options() throws IOException {
        return Files.readAllLines(OPTIONS).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"retort", "acceptance/bundle-launcher"})
    void aLauncherHasNoneOfItsOwnButTheHeap(String launcher) throws IOException {
        String text = Files.readString(ROOT.resolve(launcher));
        assertThat(text).contains("jvm-options\"");
        assertThat(Arrays.stream(text.split("\\s+")).filter(word -> word.contains("-XX:") || word.contains("--add-")))
                .containsOnly("heap=-XX:MaxRAMPercentage=60");
    }

    @Test
    void jmhTakesThoseOfItsOwnJvm() {
        Fork fork = KernelBenchmark.class.getAnnotation(Fork.class);
        assertThat(fork.jvmArgs()).containsExactly(Fork.BLANK_ARGS);
        assertThat(fork.jvmArgsAppend()).containsExactly(Fork.BLANK_ARGS);
    }

    @Test
    void theListHasWhatKernelsNeed() throws IOException {
        assertThat(options()).contains("--add-modules=jdk.incubator.vector").doesNotHaveDuplicates();
    }
}
