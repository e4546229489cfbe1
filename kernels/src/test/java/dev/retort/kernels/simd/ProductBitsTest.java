package dev.retort.kernels.simd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The bits of products and convolutions do not depend on the compiler: an interpreting process and a warm one agree. */
class ProductBitsTest {
    @Test
    void interpretedAndCompiledAgree() throws Exception {
        String interpreted = run("cold", "-Xint");
        String compiled = run("warm");
        assertThat(compiled)
                .isEqualTo(interpreted)
                .contains("bits " + Integer.toHexString(ProductBits.hash(Engines.VECTOR)));
    }

    private static String run(String mode, String... flags) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(flags));
        command.addAll(List.of(
                "--add-modules=jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path"),
                ProductBits.class.getName(),
                mode));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("the process ends").isTrue();
        assertThat(process.exitValue()).as("exit code of %s", command).isZero();
        return output;
    }
}
