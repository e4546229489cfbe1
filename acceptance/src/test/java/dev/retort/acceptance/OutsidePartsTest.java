package dev.retort.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.cli.Retort;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The detector and the distillation method that the pages show in full, as somebody else's classes beside Retort's: they compile, train,
 * distil, and their settings are checked.
 */
class OutsidePartsTest {
    /** The section of a page with whole files of an outsider's. */
    static final String SECTION = "From a jar of your own";

    private static final Path DOCS = Path.of("..", "docs");
    private static final Pattern TYPE = Pattern.compile("public final class (\\w+)");
    private static final int PATIENCE_SECONDS = 180;
    private static final String RECIPE =
            """
            model: {kind: squarenet, depth: 18, width: 4, pyramidChannels: 8, headConvolutions: 1, anchorScale: 3}
            data: {shortEdges: [64], longEdge: 64}
            optimizer: {schedule: cosine, warmupIterations: 1}
            training: {iterations: 1, batch: 2, logEvery: 1}
            """;

    @TempDir
    private static Path folder;

    private static Path data;

    @BeforeAll
    static void compile() throws IOException {
        List<Path> sources = new ArrayList<>();
        for (String page : List.of("adding-a-detector.md", "adding-a-method.md")) {
            for (Listing listing : Listing.of(DOCS.resolve(page))) {
                if (listing.section().equals(SECTION)) {
                    write(listing, sources);
                }
            }
        }
        assertThat(sources).hasSize(2);
        List<String> args = new ArrayList<>(List.of("-proc:none", "-cp", System.getProperty("java.class.path")));
        args.addAll(List.of("-d", classes().toString()));
        sources.forEach(source -> args.add(source.toString()));
        ByteArrayOutputStream messages = new ByteArrayOutputStream();
        int failed = ToolProvider.getSystemJavaCompiler().run(null, messages, messages, args.toArray(String[]::new));
        assertThat(failed).as(messages.toString(StandardCharsets.UTF_8)).isZero();
        data = folder.resolve("data");
        Files.writeString(folder.resolve("recipe.yaml"), RECIPE);
        String[] shapes = {"data", "shapes", data.toString(), "--train", "2", "--val", "0", "--test", "1"};
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        assertThat(Retort.run(nowhere, nowhere, shapes)).isZero();
    }

    private static Path classes() {
        return folder.resolve("classes");
    }

    /** A class as a source, anything else as the service file that is named above it. */
    private static void write(Listing listing, List<Path> sources) throws IOException {
        Matcher type = TYPE.matcher(listing.text());
        if (type.find()) {
            sources.add(Files.writeString(folder.resolve(type.group(1) + ".java"), listing.text()));
        } else {
            Path file = classes().resolve(listing.file());
            Files.createDirectories(file.getParent());
            Files.writeString(file, listing.text());
        }
    }

    @Test
    void theDetectorTrainsAndTheMethodTeachesIt() throws Exception {
        assertThat(train("train", "teacher")).contains("exit 0");
        assertThat(train(
                        "distill",
                        "student",
                        "--teacher",
                        folder.resolve("teacher/model.safetensors").toString(),
                        "--set",
                        "distillation.methods=[pkd, hint]",
                        "--set",
                        "distillation.hint.weight=0.5"))
                .contains("exit 0");
        assertThat(Files.readString(folder.resolve("student/metrics.jsonl"))).contains("\"hint\"", "\"pkd\"");
        assertThat(Files.readString(folder.resolve("student/recipe.yaml"))).contains("squarenet", "anchorScale");
    }

    @Test
    void trainingStartsFromAModelOfTheDetector() throws Exception {
        assertThat(train("train", "source")).contains("exit 0");
        Path model = folder.resolve("source/model.safetensors");
        assertThat(train("train", "started", "--set", "model.weights=" + model))
                .contains("start from " + model + " (squarenet of ", "exit 0");
    }

    @Test
    void theSettingsAreChecked() throws Exception {
        assertThat(train("train", "refused", "--set", "model.anchorScale=-1"))
                .contains("model.anchorScale must be positive, not -1", "exit 1");
    }

    private static String train(String command, String out, String... more) {
        List<String> args =
                new ArrayList<>(List.of(command, folder.resolve("recipe.yaml").toString()));
        args.addAll(
                List.of("--data", data.toString(), "--out", folder.resolve(out).toString()));
        args.addAll(Arrays.asList(more));
        return retort(args.toArray(String[]::new));
    }

    /** Both streams of a command in a process of its own, with the classes beside the tests' class path, and its exit code. */
    private static String retort(String... args) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx512m", "-XX:-UsePerfData", "--add-modules=jdk.incubator.vector", "-cp"));
        command.add(System.getProperty("java.class.path") + File.pathSeparator + classes());
        command.add(Retort.class.getName());
        command.addAll(List.of(args));
        Path output = folder.resolve("output.txt");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
            process.destroyForcibly();
            assertThat(ended).as("%s ends", command).isTrue();
            return Files.readString(output) + "exit " + process.exitValue();
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
