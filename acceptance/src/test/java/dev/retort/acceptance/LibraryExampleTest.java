package dev.retort.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.detection.Detector;
import dev.retort.detection.data.Category;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.recipe.RecipeReader;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's examples for programs, as they stand there, compile; one finds objects, the other learns. */
class LibraryExampleTest {
    private static final Path README = Path.of("..", "README.md");
    private static final double[] WANTED = {1, -1};

    @TempDir
    private Path folder;

    @Test
    void theExampleOfDetectingCompilesAndFindsObjects() throws Exception {
        Path model = folder.resolve("model.safetensors");
        writeModelThatFindsSomething(model);
        String example = block("## In your program").replace("model.safetensors", model.toString());
        Files.writeString(
                folder.resolve("Example.java"),
                """
                import dev.retort.detection.DetectedObject;
                import dev.retort.detection.Detector;
                import java.awt.image.BufferedImage;
                import java.nio.file.Path;
                public class Example {
                    public static void run(java.io.PrintStream out) throws Exception {
                        BufferedImage image = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
                """
                        + example.replace("System.out.", "out.") + "}}");
        assertThat(printed().lines())
                .isNotEmpty()
                .allMatch(line -> line.matches("cat 0\\.[5-9]\\d* at [\\d.]+, [\\d.]+"));
    }

    /** An untrained model whose score is the same everywhere, 0.73. */
    private static void writeModelThatFindsSomething(Path file) throws IOException {
        Recipe recipe = RecipeReader.parse(
                        "{model: {depth: 18, width: 4, pyramidChannels: 8, headConvolutions: 1}, training: {iterations: 1}}",
                        "a tiny recipe",
                        List.of())
                .recipe();
        try (Backend backend = Backends.create("simd");
                Detector detector = Detector.create(recipe, List.of(new Category(1, "cat")), backend)) {
            Tensor bias = detector.network().state().get("head.cls_score.bias");
            try (Tensor raised = backend.full(bias.shape(), bias.dtype(), 1)) {
                backend.assign(bias, raised);
            }
            detector.save(file);
        }
    }

    @Test
    void theExampleOfTrainingCompilesAndConverges() throws Exception {
        String example = block("## As a library");
        assertThat(example).contains("System.out.println");
        Files.writeString(
                folder.resolve("Example.java"),
                """
                import dev.retort.autograd.*;
                import dev.retort.nn.*;
                import dev.retort.nn.optim.*;
                import dev.retort.tensor.*;
                import java.util.*;
                public class Example {
                    public static void run(java.io.PrintStream out) {
                """
                        + example.replace("System.out.", "out.") + "}}");
        String list = printed().strip();
        double[] learned = Arrays.stream(list.substring(1, list.length() - 1).split(","))
                .mapToDouble(Double::parseDouble)
                .toArray();
        assertThat(learned).containsExactly(WANTED, within(0.01));
    }

    /** What the class Example in the folder prints. */
    private String printed() throws Exception {
        ByteArrayOutputStream messages = new ByteArrayOutputStream();
        int failed = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        messages,
                        messages,
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-proc:none",
                        "-d",
                        folder.toString(),
                        folder.resolve("Example.java").toString());
        assertThat(failed).as(messages.toString(StandardCharsets.UTF_8)).isZero();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            ByteArrayOutputStream printed = new ByteArrayOutputStream();
            loader.loadClass("Example")
                    .getMethod("run", PrintStream.class)
                    .invoke(null, new PrintStream(printed, true, StandardCharsets.UTF_8));
            return printed.toString(StandardCharsets.UTF_8);
        }
    }

    /** The README's first Java block below a heading. */
    private static String block(String heading) throws IOException {
        String readme = Files.readString(README);
        int section = readme.indexOf(heading + "\n");
        assertThat(section).as(heading).isNotNegative();
        int begin = readme.indexOf("```java\n", section) + "```java\n".length();
        return readme.substring(begin, readme.indexOf("```", begin));
    }
}
