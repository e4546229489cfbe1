package dev.retort.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's library example, as it stands there, compiles and learns. */
class LibraryExampleTest {
    private static final Path README = Path.of("..", "README.md");
    private static final double[] WANTED = {1, -1};

    @TempDir
    private Path folder;

    @Test
    void theExampleCompilesAndConverges() throws Exception {
        Path source = Files.writeString(folder.resolve("Example.java"), program());
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
                        source.toString());
        assertThat(failed).as(messages.toString(StandardCharsets.UTF_8)).isZero();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            ByteArrayOutputStream printed = new ByteArrayOutputStream();
            loader.loadClass("Example")
                    .getMethod("run", PrintStream.class)
                    .invoke(null, new PrintStream(printed, true, StandardCharsets.UTF_8));
            String list = printed.toString(StandardCharsets.UTF_8).strip();
            double[] learnt = Arrays.stream(list.substring(1, list.length() - 1).split(","))
                    .mapToDouble(Double::parseDouble)
                    .toArray();
            assertThat(learnt).containsExactly(WANTED, within(0.01));
        }
    }

    /** The README's only Java block in a class of its own, with its output going where the test reads it. */
    private static String program() throws IOException {
        String readme = Files.readString(README);
        int begin = readme.indexOf("```java\n") + "```java\n".length();
        String example = readme.substring(begin, readme.indexOf("```", begin));
        assertThat(example).contains("System.out.println");
        return """
                import dev.retort.autograd.*;
                import dev.retort.nn.*;
                import dev.retort.nn.optim.*;
                import dev.retort.tensor.*;
                import java.util.*;
                public class Example {
                    public static void run(java.io.PrintStream out) {
                """
                + example.replace("System.out.", "out.") + "}}";
    }
}
