package dev.retort.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples in Javadoc, as they stand there, compile and run. */
class JavadocExamplesTest {
    private static final Pattern EXAMPLE = Pattern.compile("<pre>\\{@code\\n(.*?)\\n \\* }</pre>", Pattern.DOTALL);

    @TempDir
    private Path folder;

    @Test
    void tape() throws Exception {
        runs(
                """
                Backend backend = Backends.create("reference");
                Tensor x = backend.tensor(new float[] {1, 2, 3, 4}, 2, 2);
                Tensor y = backend.tensor(new float[] {1, -1}, 2, 1);
                Tensor weights = backend.zeros(Shape.of(2, 1), DType.F32);
                """
                        + example("Tape")
                        + """
                        if (weights.toFloats()[0] == 0) {
                            throw new AssertionError("no step was taken");
                        }
                        """,
                "");
    }

    @Test
    void gradientCheck() throws Exception {
        runs(
                """
                Backend backend = Backends.create("reference");
                Tensor a = backend.tensor(new double[] {1, 2, 3, 4}, 2, 2);
                Tensor b = backend.tensor(new double[] {1, -1}, 2, 1);
                """
                        + example("GradientCheck"),
                "");
    }

    @Test
    void customOp() throws Exception {
        runs(
                """
                Backend backend = Backends.create("reference");
                Tensor x = backend.tensor(new double[] {1, 2, 3, 4}, 2, 2);
                """
                        + example("CustomOp")
                        + """
                        if (y.toDoubles()[3] != 2) {
                            throw new AssertionError(y);
                        }
                        """,
                "");
    }

    @Test
    void kernelCheck() throws Exception {
        runs(
                example("KernelCheck"),
                """
                class Blur {
                    static float[] forward(float[] image, float[] filter) {
                        float[] sum = new float[image.length];
                        for (int i = 0; i < sum.length; i++) {
                            for (int k = 0; k < filter.length; k++) {
                                sum[i] += image[(i + k) % sum.length] * filter[k];
                            }
                        }
                        return sum;
                    }

                    static float[][] backward(float[] image, float[] filter, float[] g) {
                        float[][] gradients = {new float[image.length], new float[filter.length]};
                        for (int i = 0; i < g.length; i++) {
                            for (int k = 0; k < filter.length; k++) {
                                gradients[0][(i + k) % g.length] += g[i] * filter[k];
                                gradients[1][k] += g[i] * image[(i + k) % g.length];
                            }
                        }
                        return gradients;
                    }
                }
                """);
    }

    private static String example(String type) throws IOException {
        Path source = Path.of("src", "main", "java", "dev", "retort", "autograd", type + ".java");
        Matcher example = EXAMPLE.matcher(Files.readString(source).replace("\r\n", "\n"));
        assertThat(example.find()).as("example in " + type).isTrue();
        return example.group(1).lines().map(line -> line.substring(2)).collect(Collectors.joining("\n", "", "\n"));
    }

    private void runs(String body, String types) throws Exception {
        Path source = Files.writeString(
                folder.resolve("Example.java"),
                """
                import dev.retort.autograd.*;
                import dev.retort.tensor.*;
                import java.util.*;
                public class Example {
                    public static void run() {
                """
                        + body + "}}" + types);
        ByteArrayOutputStream messages = new ByteArrayOutputStream();
        String[] options = {
            "-cp", System.getProperty("java.class.path"), "-proc:none", "-d", folder.toString(), source.toString()
        };
        int failed = ToolProvider.getSystemJavaCompiler().run(null, messages, messages, options);
        assertThat(failed).as(messages.toString(StandardCharsets.UTF_8)).isZero();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            loader.loadClass("Example").getMethod("run").invoke(null);
        }
    }
}
