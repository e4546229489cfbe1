package dev.retort.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.cli.Retort;
import dev.retort.serve.detect.ModelFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command line of {@code retort serve}. */
class ServeCommandTest {
    @TempDir
    private static Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        return Retort.run(new PrintWriter(out), new PrintWriter(err), args);
    }

    @Test
    void theHelpNamesEveryOption() {
        assertThat(run("serve", "--help")).isZero();
        assertThat(out.toString())
                .contains(
                        "--port",
                        "--host",
                        "--device",
                        "--workers",
                        "--max-batch",
                        "--max-wait",
                        "--queue",
                        "--deadline",
                        "--max-body",
                        "--max-pixels",
                        "--token-file");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--port 70000|--port must be from 0 to 65535, not 70000",
                "--queue 0|--queue must be 1 or more, not 0",
                "--max-body 3000|--max-body must be from 1 to 2000, not 3000",
                "--max-pixels 0|Invalid value for option '--max-pixels': 0 is not from 1",
                "--host no.such.host.invalid|--host: there is no host no.such.host.invalid",
            })
    void aWrongValueIsUsage(String option, String message) {
        String[] words = option.split(" ");
        assertThat(run("serve", "m.safetensors", words[0], words[1])).isEqualTo(2);
        assertThat(err.toString()).contains(message);
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        Path none = folder.resolve("none.safetensors");
        assertThat(run("serve", none.toString(), "--device", "simd", "--port", "0"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("retort: there is no " + none).doesNotContain("\tat ");
    }

    @Test
    void aPortThatIsTakenIsNamed() throws IOException {
        Path model = TinyModel.save(folder.resolve("m.safetensors"), 7);
        try (ServerSocket taken = new ServerSocket(0)) {
            String port = Integer.toString(taken.getLocalPort());
            assertThat(run("serve", model.toString(), "--device", "simd", "--port", port, "--host", "0.0.0.0"))
                    .isEqualTo(1);
            assertThat(err.toString())
                    .contains("whoever reaches 0.0.0.0 can use this service")
                    .contains("Cannot listen at 0.0.0.0 port " + port)
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void twoModelsOfOneNameAreToldHowToNameThem() {
        assertThat(run("serve", "out/teacher/model.safetensors", "out/student/model.safetensors"))
                .isEqualTo(2);
        assertThat(err.toString())
                .contains("Two models are called model: name them, as in teacher=out/teacher/model.safetensors"
                        + " student=out/student/model.safetensors");
    }

    @Test
    void aNameIsTheFilesOrTheOneBeforeTheEqualsSign() throws IOException {
        assertThat(ModelFile.parse("a/b.safetensors")).isEqualTo(new ModelFile("b", Path.of("a/b.safetensors")));
        assertThat(ModelFile.parse("x=a/b=c")).isEqualTo(new ModelFile("x", Path.of("a/b=c")));
        Path equals = Files.createFile(folder.resolve("p=q"));
        assertThatThrownBy(() -> ModelFile.parse(equals.toString()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("A model cannot be called 'p=q'");
        assertThat(ModelFile.parse(List.of("a=m", "b=m"))).hasSize(2);
    }
}
