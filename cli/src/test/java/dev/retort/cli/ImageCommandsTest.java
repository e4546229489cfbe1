package dev.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ImageFileWriter;
import dev.retort.detection.data.ImageInfo;
import dev.retort.detection.data.RgbImage;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the commands do with images that are turned, too large, broken, or not there. */
class ImageCommandsTest {
    /** An APP1 segment of JPEG with an EXIF block of one tag: orientation 6. */
    private static final byte[] TURNED =
            HexFormat.of().parseHex("ffe100224578696600004d4d002a00000008000101120003000000010006000000000000");

    @TempDir
    private static Path shared;

    private static Path model;

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path data;

    @BeforeAll
    static void makeModel() throws IOException {
        CocoDataset dataset = TinyModels.shapes(shared.resolve("shapes"));
        model = shared.resolve("model.safetensors");
        try (Backend backend = Backends.create("auto")) {
            TinyModels.save(dataset, backend, model).close();
        }
    }

    @BeforeEach
    void makeData() {
        data = folder.resolve("data");
        assertThat(run("data", "shapes", data, "--train", "6", "--val", "0", "--test", "3"))
                .isZero();
    }

    private int run(Object... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        String[] words = Arrays.stream(args).map(Object::toString).toArray(String[]::new);
        return Retort.run(new PrintWriter(out, true), new PrintWriter(err, true), words);
    }

    private List<String> errors() {
        return err.toString()
                .lines()
                .filter(line -> !line.startsWith("retort: computing with "))
                .toList();
    }

    private Path image(String name, int width, int height) {
        Path file = folder.resolve(name);
        ImageFileWriter.write(RgbImage.black(width, height), file);
        return file;
    }

    private static Path turned(Path jpeg) throws IOException {
        byte[] bytes = Files.readAllBytes(jpeg);
        ByteBuffer tagged = ByteBuffer.allocate(bytes.length + TURNED.length);
        tagged.put(bytes, 0, 2).put(TURNED).put(bytes, 2, bytes.length - 2);
        return Files.write(jpeg, tagged.array());
    }

    private static JsonNode found(Path target) throws IOException {
        return JsonMapper.builder()
                .build()
                .readTree(Files.readString(target.resolve("detections.json")))
                .get("images");
    }

    private List<Path> files(String split) {
        CocoDataset dataset = CocoDataset.open(data, split);
        return dataset.images().stream().map(dataset::file).toList();
    }

    private static void spoil(Path png) throws IOException {
        byte[] bytes = Files.readAllBytes(png);
        bytes[bytes.length / 2] ^= 1;
        Files.write(png, bytes);
    }

    @Test
    void anImageTooLargeIsNamedAndTheOthersAreDone() throws IOException {
        Path small = image("a.png", 30, 30);
        Path large = image("b.png", 40, 40);
        Path other = image("c.png", 30, 30);
        Path target = folder.resolve("found");
        assertThat(run("predict", model, small, large, other, "--out", target, "--max-pixels", 1000))
                .isEqualTo(1);
        assertThat(errors())
                .containsExactly(
                        "Image " + large + " (40x40) is too large: 1600 pixels, at most 1000 (--max-pixels)",
                        "retort: 1 of 3 images could not be read; they are named above");
        assertThat(found(target))
                .extracting(entry -> entry.get("file").asString())
                .containsExactly("" + small, "" + other);
        assertThat(target.resolve("b.png")).doesNotExist();
        assertThat(run("predict", model, small, "--out", target, "--max-pixels", 0))
                .isEqualTo(2);
        assertThat(err.toString()).contains("'--max-pixels': 0 is not from 1 to ");
    }

    @Test
    void aTurnedImageIsPredictedAsItIsShown() throws IOException {
        Path jpeg = turned(image("a.jpg", 40, 20));
        Path target = folder.resolve("found");
        assertThat(run("predict", model, jpeg, image("b.jpg", 40, 20), "--out", target))
                .isZero();
        assertThat(errors())
                .singleElement()
                .asString()
                .startsWith("retort: 1 of 2 images have a rotation tag (EXIF) and were turned");
        assertThat(found(target).get(0).get("width").asInt()).isEqualTo(20);
        assertThat(found(target).get(0).get("height").asInt()).isEqualTo(40);
        assertThat(found(target).get(1).get("width").asInt()).isEqualTo(40);
    }

    @Test
    void aLinkInTheOutputFolderIsReplacedNotFollowed() throws IOException {
        Path target = Files.createDirectory(folder.resolve("found"));
        Path precious = Files.writeString(folder.resolve("precious"), "keep");
        Files.createSymbolicLink(target.resolve("a.png"), precious);
        Files.createSymbolicLink(target.resolve("detections.json"), precious);
        assertThat(run("predict", model, image("a.png", 30, 30), "--out", target))
                .isZero();
        assertThat(precious).hasContent("keep");
        assertThat(target.resolve("a.png")).isRegularFile().matches(file -> !Files.isSymbolicLink(file));
        assertThat(found(target)).hasSize(1);
    }

    @Test
    void whereAnImageCannotBeWrittenTheListOfThoseBeforeIs() throws IOException {
        Path target = folder.resolve("found");
        Files.createDirectories(target.resolve("b.png").resolve("occupied"));
        assertThat(run("predict", model, image("a.png", 30, 30), image("b.png", 30, 30), "--out", target))
                .isEqualTo(1);
        assertThat(errors())
                .singleElement()
                .asString()
                .startsWith("retort: Cannot write image " + target.resolve("b.png"));
        assertThat(found(target)).hasSize(1);
        try (Stream<Path> files = Files.list(target)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("a.png", "b.png", "detections.json");
        }
    }

    @Test
    void outputsThatCannotBeWrittenAreNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThat(run("predict", model, image("a.png", 30, 30), "--out", file.resolve("below")))
                .isEqualTo(1);
        assertThat(errors()).singleElement().asString().startsWith("retort: Cannot make the folder " + file + "/below");
        assertThat(run("predict", model, folder.resolve("a.png"), "--out", file))
                .isEqualTo(1);
        assertThat(errors()).containsExactly("retort: Cannot make the folder " + file + ": " + file + " is a file");
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "no /dev/full");
        assertThat(run("eval", model, "--data", data, "--json", full)).isEqualTo(1);
        assertThat(errors()).containsExactly("retort: Cannot write /dev/full: No space left on device");
    }

    private int train(Path target, String... more) {
        List<String> command = new TinyRun(data, target).command("--set", "training.iterations=2");
        return run(Stream.concat(command.stream(), Stream.of(more)).toArray());
    }

    @Test
    void trainingBeginsNothingWhereImagesAreBroken() throws IOException {
        List<Path> files = files("train");
        Path target = folder.resolve("run");
        Files.delete(files.get(4));
        assertThat(train(target)).isEqualTo(1);
        assertThat(errors()).singleElement().asString().contains("" + files.get(4), "image id 5", "is not there");
        assertThat(target).doesNotExist();
        Files.delete(files.get(1));
        Files.writeString(files.get(2), "no image");
        assertThat(train(target)).isEqualTo(1);
        String source = CocoDataset.open(data, "train").source();
        assertThat(errors())
                .hasSize(6)
                .contains(
                        "2 of 6 images of " + source + " are not there:",
                        "1 of 6 images of " + source + " is of no known format:")
                .last()
                .asString()
                .startsWith("retort: 3 of 6 images of " + source + " cannot be used; they are listed above")
                .contains("data.broken=skip");
        assertThat(target).doesNotExist();
    }

    @Test
    void trainingLeavesBrokenImagesOutWhereAsked() throws IOException {
        List<Path> files = files("train");
        Files.delete(files.get(1));
        spoil(files.get(2));
        Path target = folder.resolve("run");
        assertThat(train(target, "--set", "data.broken=skip", "--set", "training.iterations=4"))
                .as(err.toString())
                .isZero();
        assertThat(errors())
                .contains("retort: left out, as broken images are to be skipped: 1 of 6 images")
                .anySatisfy(line -> assertThat(line).contains("" + files.get(1), "is not there"));
        assertThat(target.resolve("model.safetensors")).isRegularFile();
        assertThat(train(folder.resolve("strict"), "--max-pixels", "100", "--set", "data.broken=skip"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("No image of ");
    }

    @Test
    void evaluationLooksFirstAndLeavesOutWhereAsked() throws IOException {
        Path last = files("test").get(2);
        Files.delete(last);
        Path detections = folder.resolve("found.json");
        assertThat(run("eval", model, "--data", data, "--save-detections", detections))
                .isEqualTo(1);
        assertThat(errors()).singleElement().asString().contains("" + last, "is not there");
        assertThat(detections).doesNotExist();
        assertThat(run("eval", model, "--data", data, "--broken", "skip"))
                .as(err.toString())
                .isZero();
        assertThat(errors()).anySatisfy(line -> assertThat(line).contains("1 of 3 images"));
        assertThat(run("eval", "--detections", "x", "--ground-truth", "y", "--max-pixels", 5))
                .isEqualTo(2);
    }

    @Test
    void dataInfoChecksEveryImageOfEverySplit() throws IOException {
        Files.delete(files("train").get(0));
        spoil(files("test").get(1));
        assertThat(run("data", "info", data, "--check")).isEqualTo(1);
        assertThat(out.toString()).contains("1 of 6 images of ", " is not there:", "1 of 3 images of ", " is damaged:");
        assertThat(errors()).containsExactly("retort: 2 images cannot be used; they are listed above");
    }

    @Test
    void turnedImagesAreNoticedOnce() throws IOException {
        Path annotations = data.resolve("annotations").resolve("train.json");
        CocoDataset dataset = CocoDataset.open(data, "train");
        ImageInfo first = dataset.images().get(0);
        Path jpeg = data.resolve("images").resolve("turned.jpg");
        ImageFileWriter.write(dataset.image(first), jpeg);
        turned(jpeg);
        Files.writeString(annotations, Files.readString(annotations).replace(first.fileName(), "turned.jpg"));
        assertThat(train(folder.resolve("run"))).as(err.toString()).isZero();
        assertThat(errors())
                .filteredOn(line -> line.contains("rotation tag"))
                .singleElement()
                .asString()
                .startsWith("retort: 1 of 6 images of " + annotations);
        assertThat(run("data", "info", data, "--check")).isZero();
        assertThat(out.toString()).contains("1 of 6 images of " + annotations + " have a rotation tag");
    }

    @Test
    void namesDoNotSteerTheTerminal() throws IOException {
        Path annotations = data.resolve("annotations").resolve("train.json");
        String name = CocoDataset.open(data, "train").images().get(0).fileName();
        Files.writeString(
                annotations,
                Files.readString(annotations)
                        .replace(name, "a\\u001b[2J\\nretort: all is well.png")
                        .replace("\"name\": \"circle\"", "\"name\": \"c\\u001b[2J\\nretort: all is well\""));
        assertThat(run("data", "info", data, "--check")).isEqualTo(1);
        assertThat(train(folder.resolve("run"))).isEqualTo(1);
        assertThat(out.toString() + err).doesNotContain("\u001b").doesNotContain("\nretort: all");
        assertThat(err.toString()).contains("a\\u001b[2J retort: all is well.png");
    }
}
