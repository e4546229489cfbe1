package dev.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.detection.data.Annotation;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ImageFileWriter;
import dev.retort.detection.data.RgbImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class RetortTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Retort.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
    }

    @Test
    void everyCommandHasHelp() {
        List<List<String>> commands = new ArrayList<>(List.of(List.of()));
        collect(new CommandLine(new Retort()), List.of(), commands);
        assertThat(commands)
                .contains(
                        List.of("data", "shapes"),
                        List.of("eval"),
                        List.of("predict"),
                        List.of("gradcheck"),
                        List.of("devices"));
        for (List<String> command : commands) {
            List<String> args = new ArrayList<>(command);
            args.add("--help");
            assertThat(run(args.toArray(String[]::new))).as(args.toString()).isZero();
            assertThat(out.toString())
                    .startsWith("Usage: retort" + (command.isEmpty() ? "" : " " + String.join(" ", command)))
                    .contains("--help");
            assertThat(err.toString()).isEmpty();
        }
    }

    private static void collect(CommandLine command, List<String> path, List<List<String>> into) {
        for (Map.Entry<String, CommandLine> entry : command.getSubcommands().entrySet()) {
            List<String> name = new ArrayList<>(path);
            name.add(entry.getKey());
            into.add(name);
            collect(entry.getValue(), name, into);
        }
    }

    @Test
    void wrongUsageEndsWithTwoAndAHint() {
        for (String[] args : List.of(
                new String[] {},
                new String[] {"dat"},
                new String[] {"data"},
                new String[] {"data", "shapes"},
                new String[] {"data", "shapes", "x", "--seed", "one"},
                new String[] {"eval", "--detections", "a.json"})) {
            assertThat(run(args)).as(String.join(" ", args)).isEqualTo(2);
            assertThat(err.toString()).contains("retort");
            assertThat(out.toString()).isEmpty();
        }
    }

    @Test
    void aFailedJobEndsWithOneAndOneLine() {
        Path missing = folder.resolve("missing");
        assertThat(run("data", "info", missing.toString())).isEqualTo(1);
        assertThat(err.toString().strip().lines())
                .singleElement()
                .asString()
                .startsWith("retort: No split 'train' in " + missing);
        assertThat(run("eval", "--detections", "a", "--ground-truth", missing.toString()))
                .isEqualTo(1);
        assertThat(err.toString().strip()).isEqualTo("retort: there is no " + missing);
        assertThat(run("--verbose", "data", "info", missing.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("\tat dev.retort");
        assertThat(run("data", "info", missing.toString(), "--verbose")).isEqualTo(1);
        assertThat(err.toString()).contains("\tat dev.retort");
    }

    @Test
    void shapesAreMadeAndDescribed() {
        Path shapes = folder.resolve("shapes");
        String[] make = {"data", "shapes", shapes.toString(), "--train", "3", "--val", "0", "--test", "2"};
        assertThat(run(make)).isZero();
        assertThat(run("data", "info", shapes.toString(), "--check")).isZero();
        assertThat(out.toString())
                .contains("train (")
                .contains("test (")
                .doesNotContain("val (")
                .containsPattern("images +3, 128 pixels wide, 128 pixels high")
                .containsPattern("circle +\\d+ ");
        assertThat(run(make)).isEqualTo(1);
        assertThat(err.toString()).contains("is there already");
    }

    /** VOC's corners count from 1 and are inclusive: (3, 4) to (6, 9) is [2, 3, 4, 6]. */
    @Test
    void aVocDataSetIsConvertedAndDescribed() throws IOException {
        Path voc = folder.resolve("voc");
        Path lists = Files.createDirectories(voc.resolve("ImageSets").resolve("Main"));
        Path images = Files.createDirectories(voc.resolve("JPEGImages"));
        Path annotations = Files.createDirectories(voc.resolve("Annotations"));
        String object =
                "<object><name>%s</name><bndbox><xmin>3</xmin><ymin>4</ymin><xmax>%d</xmax><ymax>9</ymax></bndbox>"
                        + "</object>";
        Files.writeString(
                annotations.resolve("a.xml"),
                "<annotation><size><width>40</width><height>30</height></size>" + object.formatted("cell", 6)
                        + object.formatted("disc", 3) + "</annotation>");
        ImageFileWriter.write(RgbImage.black(40, 30), images.resolve("a.jpg"));
        Files.writeString(lists.resolve("train.txt"), "a\n");
        Path coco = folder.resolve("coco");
        assertThat(run("data", "voc", "" + voc, "" + coco, "--classes", "disc,cell"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString().lines())
                .containsExactly("left out: a: disc [3.0, 4.0, 3.0, 9.0] has no extent", "train: 1 images, 1 boxes");
        CocoDataset dataset = CocoDataset.open(coco, "train");
        assertThat(dataset.classNames()).containsExactly("disc", "cell");
        assertThat(dataset.annotations(1)).containsExactly(new Annotation(1, 1, 2, 2, 3, 4, 6, 24, false));
        assertThat(run("data", "info", "" + coco, "--check")).isZero();
        assertThat(run("data", "voc", "" + voc, "" + coco)).isEqualTo(1);
        assertThat(err.toString().strip().lines()).singleElement().asString().contains("is there already");
        assertThat(run("data", "voc", "" + voc, "" + folder.resolve("other"), "--classes", "disc"))
                .isEqualTo(1);
        assertThat(err.toString().strip().lines()).singleElement().asString().contains("'cell'", "[disc]");
        assertThat(run("data", "voc", "" + voc)).isEqualTo(2);
    }

    @Test
    void devicesNameTheAutomaticChoice() {
        assertThat(run("devices")).isZero();
        assertThat(out.toString())
                .containsPattern("reference +usable")
                .containsPattern("The automatic choice is \\w+")
                .startsWith("Java " + Runtime.version() + ", ");
    }

    @Test
    void theVersionSaysWhichJavaAndWhichVectorsCompute() {
        assertThat(run("--version")).isZero();
        assertThat(out.toString())
                .contains("Java " + Runtime.version())
                .containsPattern("simd: (Vector API, \\d+ bits|plain Java).*, \\d+ threads?");
    }

    /** One object found exactly, one missed: precision 1 up to recall 0.5, so 51 of 101 recall levels have precision 1. */
    @Test
    void detectionsAreEvaluated() throws IOException {
        Path truth = folder.resolve("truth.json");
        Files.writeString(
                truth,
                """
                {"images": [{"id": 1}], "categories": [{"id": 7, "name": "cat"}],
                 "annotations": [
                   {"id": 1, "image_id": 1, "category_id": 7, "bbox": [10, 10, 20, 20], "area": 400, "iscrowd": 0},
                   {"id": 2, "image_id": 1, "category_id": 7, "bbox": [50, 50, 20, 20], "area": 400, "iscrowd": 0}]}
                """);
        Path detections = folder.resolve("detections.json");
        Files.writeString(
                detections, "[{\"image_id\": 1, \"category_id\": 7, \"bbox\": [10, 10, 20, 20], \"score\": 0.9}]");
        Path json = folder.resolve("metrics.json");
        assertThat(run("eval", "--detections", "" + detections, "--ground-truth", "" + truth, "--json", "" + json))
                .isZero();
        assertThat(out.toString()).contains("area=   all | maxDets=100 ] = 0.505");
        JsonNode metrics = JsonMapper.builder().build().readTree(Files.readString(json));
        // The mean of 1010 values is rounded.
        assertThat(metrics.get("AP").asDouble()).isCloseTo(51.0 / 101, within(1e-12));
        assertThat(metrics.get("APl").asDouble()).isEqualTo(-1);
        assertThat(metrics.get("categories").get("7").get("AR100").asDouble()).isEqualTo(0.5);
        assertThat(metrics.get("categories").get("7").get("name").asString()).isEqualTo("cat");
    }

    /** Two categories of one name: each has its line in the table and its entry in the JSON. */
    @Test
    void categoriesOfOneNameAreToldApart() throws IOException {
        Path truth = Files.writeString(
                folder.resolve("truth.json"),
                """
                {"images": [{"id": 1}], "categories": [{"id": 7, "name": "cat"}, {"id": 8, "name": "cat"}],
                 "annotations": [{"id": 1, "image_id": 1, "category_id": 7, "bbox": [10, 10, 20, 20]}]}
                """);
        Path detections = Files.writeString(
                folder.resolve("found.json"),
                "[{\"image_id\": 1, \"category_id\": 7, \"bbox\": [10, 10, 20, 20], \"score\": 0.9}]");
        Path json = folder.resolve("metrics.json");
        assertThat(run("eval", "--detections", "" + detections, "--ground-truth", "" + truth, "--json", "" + json))
                .isZero();
        assertThat(out.toString()).contains(" cat (id 7)  1.000", " cat (id 8)      -");
        JsonNode categories =
                JsonMapper.builder().build().readTree(Files.readString(json)).get("categories");
        assertThat(categories.get("7").get("AP").asDouble()).isCloseTo(1, within(1e-12));
        assertThat(categories.get("8").get("AP").asDouble()).isEqualTo(-1);
        if (Files.exists(Path.of("/dev/full"))) {
            assertThat(run(
                            "eval",
                            "--detections",
                            "" + detections,
                            "--ground-truth",
                            "" + truth,
                            "--json",
                            "/dev/full"))
                    .isEqualTo(1);
            assertThat(err.toString()).startsWith("retort: Cannot write /dev/full: ");
        }
    }

    private Path annotationFile(String text) throws IOException {
        Path data = folder.resolve("data");
        Files.createDirectories(data.resolve("images"));
        Files.createDirectories(data.resolve("annotations"));
        Files.writeString(data.resolve("annotations").resolve("train.json"), text);
        return data;
    }

    @Test
    void problemsOfAnnotationsAndImagesAreListedTogether() throws IOException {
        Path data = annotationFile(
                """
                {"images": [{"id": 1, "file_name": "none.png", "width": 40, "height": 30}],
                 "categories": [{"id": 1, "name": "cat"}],
                 "annotations": [
                   {"id": 1, "image_id": 1, "category_id": 1, "bbox": [50, 10, 20, 20]},
                   {"id": 2, "image_id": 1, "category_id": 1, "bbox": [60, 10, 20, 20]},
                   {"id": 3, "image_id": 8, "category_id": 1, "bbox": [10, 10, 20, 20]}]}
                """);
        assertThat(run("data", "info", "" + data, "--check")).isEqualTo(1);
        assertThat(out.toString())
                .contains("(2 such: annotation id 1, annotation id 2)")
                .contains("annotation id 3 is of image id 8")
                .contains("none.png");
        assertThat(err.toString().strip())
                .isEqualTo("retort: annotations have problems of 2 kinds, and 1 images cannot be used; they are listed"
                        + " above");
        assertThat(run("data", "info", "" + data)).isEqualTo(1);
        assertThat(err.toString().strip())
                .isEqualTo("retort: annotations have problems of 2 kinds; they are listed above");
    }

    /** Escape sequences, line breaks and turned directions in names do not reach the terminal; a name may be empty. */
    @Test
    void namesCannotWriteToTheTerminal() throws IOException {
        Path data = annotationFile(
                """
                {"images": [{"id": 1, "file_name": "a\\u001b[2J\\nretort: fine.png", "width": 40, "height": 30}],
                 "categories": [{"id": 1, "name": "\\u001b[31mred\\u202e"}, {"id": 2, "name": "\\u001b[31mred\\u202e"}],
                 "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 2, 2], "area": 4}]}
                """);
        assertThat(run("data", "info", "" + data, "--check")).isEqualTo(1);
        assertThat(out + "" + err).doesNotContain("\u001b", "\u202e").contains("\\u001b[31mred\\u202e (id 1)");
        assertThat(out.toString().lines()).noneMatch(line -> line.startsWith("retort: fine"));
        annotationFile(
                """
                {"images": [{"id": 1, "file_name": "a.png", "width": 40, "height": 30}],
                 "categories": [{"id": 1, "name": ""}], "annotations": []}
                """);
        assertThat(run("data", "info", "" + data)).as(err.toString()).isZero();
    }
}
