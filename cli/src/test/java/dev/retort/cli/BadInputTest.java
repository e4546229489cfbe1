package dev.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run is given may be wrong: it then ends with 1 and one line, and the checkpoint that was there stays. */
class BadInputTest {
    @TempDir
    private Path folder;

    private TinyRun run;
    private byte[] saved;

    @BeforeEach
    void trainTwoSteps() throws IOException {
        run = new TinyRun(folder.resolve("data"), folder.resolve("run"));
        TinyRun.generate(run.data());
        assertThat(run.train("--set", "training.iterations=2").code()).isZero();
        saved = Files.readAllBytes(run.checkpoint());
    }

    /** Goes on with the run, which must fail with one line that holds all of these. */
    private void refused(List<String> settings, String... words) throws IOException {
        String[] args = Stream.concat(Stream.of("--resume", "--set", "training.iterations=30"), settings.stream())
                .toArray(String[]::new);
        TinyRun.End end = run.train(args);
        assertThat(end.code()).isEqualTo(1);
        assertThat(end.errors())
                .singleElement()
                .asString()
                .startsWith("retort: ")
                .contains(words);
        assertThat(Files.readAllBytes(run.checkpoint())).isEqualTo(saved);
        try (Stream<Path> files = Files.list(run.out())) {
            assertThat(files).noneMatch(file -> file.toString().endsWith(".tmp"));
        }
    }

    private Path annotations() {
        return run.data().resolve("annotations").resolve("train.json");
    }

    private void replace(String from, String to) throws IOException {
        String text = Files.readString(annotations());
        String changed = text.replaceFirst(from, to);
        assertThat(changed).isNotEqualTo(text);
        Files.writeString(annotations(), changed);
    }

    private Path image() throws IOException {
        try (Stream<Path> files = Files.list(run.data().resolve("images"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("train"))
                    .min(Comparator.naturalOrder())
                    .orElseThrow();
        }
    }

    @Test
    void stepsOfTheLearningRateThatFallTogether() throws IOException {
        refused(
                List.of(
                        "--set",
                        "training.iterations=3",
                        "--set",
                        "optimizer.schedule=multistep",
                        "--set",
                        "optimizer.steps=[0.7, 0.71]"),
                "optimizer.steps [0.7, 0.71]",
                "3 iteration(s)",
                "training.iterations");
    }

    @Test
    void aMissingImage() throws IOException {
        Path image = image();
        Files.delete(image);
        refused(List.of(), image.toString(), "is not there");
    }

    @Test
    void aTruncatedImage() throws IOException {
        Path image = image();
        byte[] whole = Files.readAllBytes(image);
        Files.write(image, Arrays.copyOf(whole, whole.length / 2));
        refused(List.of(), image.toString(), "is truncated after " + whole.length / 2 + " bytes");
    }

    @Test
    void anUnknownCategory() throws IOException {
        replace("\"category_id\"\\s*:\\s*\\d+", "\"category_id\": 77");
        refused(List.of(), annotations().toString(), "category id 77");
    }

    @Test
    void aBoxOutsideTheImage() throws IOException {
        replace("\"bbox\"\\s*:\\s*\\[[^\\]]*\\]", "\"bbox\": [500, 500, 10, 10]");
        refused(List.of(), annotations().toString(), "500");
    }

    @Test
    void anEmptyDataSet() throws IOException {
        Files.writeString(annotations(), "{\"images\": [], \"categories\": [], \"annotations\": []}");
        refused(List.of(), annotations() + " lists no images");
    }

    @Test
    void anUnknownRecipeKey() throws IOException {
        refused(List.of("--set", "model.widht=4"), "no key model.widht", "the nearest one is model.width");
    }

    @Test
    void aCheckpointOfAnotherArchitecture() throws IOException {
        refused(
                List.of("--set", "model.width=8"),
                run.checkpoint().toString(),
                "is of another model: model.width: 4 in the checkpoint, 8 now");
    }

    /** One convolution of the pyramid has 15000 x 15000 x 9 weights: 8 GB. */
    @Test
    void aModelThatDoesNotFitTheHeap() throws IOException {
        refused(List.of("--set", "model.pyramidChannels=15000"), "out of memory", "RETORT_HEAP", "training.batch");
    }

    @Test
    void aLossThatIsNotFinite() throws IOException {
        refused(
                List.of("--set", "optimizer.learningRate=1e30"),
                "The loss '",
                "' is ",
                "at iteration ",
                "optimizer.learningRate");
    }
}
