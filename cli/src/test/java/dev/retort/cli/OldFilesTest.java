package dev.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.cli.progress.MetricsLine;
import dev.retort.cli.progress.MetricsLog;
import dev.retort.detection.train.TrainingRun;
import dev.retort.tensor.DType;
import dev.retort.tensor.io.SafeTensors;
import dev.retort.tensor.io.SafeTensorsWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Files that the first version wrote, resources {@code old}: recipes, models and checkpoints are still read. */
class OldFilesTest {
    /** Kernels of another width of vectors add in another order. */
    private static final double PIXELS = 1e-2;

    private static final double SCORE = 1e-4;

    @TempDir
    private static Path folder;

    @TempDir
    private Path scratch;

    private final JsonMapper json = JsonMapper.builder().build();
    private Path run;

    @BeforeAll
    static void generate() {
        TinyRun.End end = TinyRun.retort(
                "data", "shapes", "" + folder.resolve("data"), "--train", "4", "--val", "0", "--test", "2");
        assertThat(end.code()).isZero();
    }

    @BeforeEach
    void makeFolder() throws IOException {
        run = Files.createDirectories(scratch.resolve("run"));
    }

    /** Copies a resource. */
    private static Path old(String name, Path target) throws IOException {
        try (InputStream in = OldFilesTest.class.getResourceAsStream("/old/" + name)) {
            Files.copy(in, target);
        }
        return target;
    }

    private Path model() throws IOException {
        return old("model.safetensors", scratch.resolve("model.safetensors"));
    }

    private Path recipe() throws IOException {
        return old("recipe.yaml", scratch.resolve("recipe.yaml"));
    }

    /** Runs a command on the data and gives all that was told on the error stream, the command's lines first. */
    private String told(int code, String... command) {
        List<String> args = new ArrayList<>(List.of(command));
        args.addAll(List.of("--data", "" + folder.resolve("data")));
        PrintStream before = System.err;
        ByteArrayOutputStream more = new ByteArrayOutputStream();
        System.setErr(new PrintStream(more, true, StandardCharsets.UTF_8));
        try {
            TinyRun.End end = TinyRun.retort(args.toArray(String[]::new));
            assertThat(end.code()).as("" + end.errors()).isEqualTo(code);
            return String.join("\n", end.errors()) + "\n" + more.toString(StandardCharsets.UTF_8);
        } finally {
            System.setErr(before);
        }
    }

    private static List<String> notices(String told) {
        return told.lines().filter(line -> line.startsWith("retort: ")).toList();
    }

    private List<String> oldNames(Path recipe) {
        return List.of(
                "retort: optimizer.rate is the old name of optimizer.learningRate (" + recipe + ", line 13)",
                "retort: distillation.startIteration is the old name of distillation.icd.startIteration (" + recipe
                        + ", line 26)",
                "retort: distillation.heads is the old name of distillation.icd.heads (" + recipe + ", line 24)",
                "retort: distillation.hidden is the old name of distillation.icd.hidden (" + recipe + ", line 25)",
                "retort: distillation.negativesPerPositive is the old name of distillation.icd.negativesPerPositive ("
                        + recipe + ", line 27)");
    }

    @Test
    void aModelFindsWhatItFound() throws IOException {
        Path found = scratch.resolve("found.json");
        told(0, "eval", "" + model(), "--save-detections", "" + found);
        Map<Long, List<JsonNode>> ofImages = new LinkedHashMap<>();
        for (JsonNode one : json.readTree(Files.readString(found))) {
            ofImages.computeIfAbsent(one.get("image_id").asLong(), id -> new ArrayList<>())
                    .add(one);
        }
        Map<Long, Integer> next = new LinkedHashMap<>();
        JsonNode expected = json.readTree(Files.readString(old("detections.json", scratch.resolve("detections.json"))));
        assertThat(expected).hasSize(20);
        for (JsonNode one : expected) {
            long image = one.get("image_id").asLong();
            int place = next.merge(image, 1, Integer::sum) - 1;
            JsonNode now = ofImages.get(image).get(place);
            assertThat(now.get("category_id")).isEqualTo(one.get("category_id"));
            assertThat(now.get("score").asDouble()).isCloseTo(one.get("score").asDouble(), within(SCORE));
            for (int i = 0; i < 4; i++) {
                assertThat(now.get("bbox").get(i).asDouble())
                        .isCloseTo(one.get("bbox").get(i).asDouble(), within(PIXELS));
            }
        }
    }

    @Test
    void aPlainRunGoesOn() throws IOException {
        old("checkpoint.safetensors", run.resolve(TrainingRun.CHECKPOINT));
        Path recipe = recipe();
        String told = told(0, "train", "" + recipe, "--out", "" + run, "--resume", "--set", "training.iterations=202");
        List<String> expected = new ArrayList<>(oldNames(recipe));
        expected.add(
                "retort: goes on with what has changed since: training.iterations: 200 in the checkpoint, 202 now");
        assertThat(notices(told)).isEqualTo(expected);
        assertGoneOn(200, 201);
    }

    @Test
    void aDistilledRunGoesOn() throws IOException {
        old("distilled-checkpoint.safetensors", run.resolve(TrainingRun.CHECKPOINT));
        Path recipe = recipe();
        String told = told(
                0,
                "distill",
                "" + recipe,
                "--teacher",
                "" + model(),
                "--out",
                "" + run,
                "--resume",
                "--set",
                "training.iterations=7",
                "--set",
                "distillation.icd.weight=4");
        List<String> expected = new ArrayList<>(oldNames(recipe));
        expected.add("retort: goes on with what has changed since: training.iterations: 6 in the checkpoint, 7 now;"
                + " distillation.icd.weight: 8.0 in the checkpoint, 4.0 now");
        assertThat(notices(told)).isEqualTo(expected);
        assertGoneOn(6);
        try (SafeTensors model = SafeTensors.open(run.resolve(TrainingRun.MODEL))) {
            assertThat(model.metadata()).containsEntry("format", "3");
        }
    }

    /** An old key is refused as the new one is: another decoder is another checkpoint. */
    @Test
    void anotherDecoderIsRefusedByItsOldNameToo() throws IOException {
        old("distilled-checkpoint.safetensors", run.resolve(TrainingRun.CHECKPOINT));
        String told = told(
                1,
                "distill",
                "" + recipe(),
                "--teacher",
                "" + model(),
                "--out",
                "" + run,
                "--resume",
                "--set",
                "distillation.layers=2");
        assertThat(told)
                .contains("is of another model: distillation.icd.layers: 1 in the checkpoint, 2 now")
                .contains("retort: distillation.layers is the old name of distillation.icd.layers (the setting"
                        + " distillation.layers=2)");
    }

    /** An old checkpoint names no methods: icd's state in it is not another method's to go on from. */
    @Test
    void anotherMethodIsRefused() throws IOException {
        old("distilled-checkpoint.safetensors", run.resolve(TrainingRun.CHECKPOINT));
        String told = told(
                1,
                "distill",
                "" + recipe(),
                "--teacher",
                "" + model(),
                "--out",
                "" + run,
                "--resume",
                "--set",
                "distillation.methods=[pkd]",
                "--set",
                "distillation.pkd.levels=[p3, p4]");
        assertThat(told)
                .contains("is of another model: distillation.methods: [\"icd\"] in the checkpoint, [\"pkd\"] now");
    }

    private void assertGoneOn(long... iterations) throws IOException {
        assertThat(MetricsLog.read(run.resolve(MetricsLog.FILE)))
                .extracting(MetricsLine::iteration)
                .containsExactlyElementsOf(Arrays.stream(iterations).boxed().toList());
        assertThat(run.resolve(TrainingRun.MODEL)).isRegularFile();
    }

    @Test
    void aFileOfALaterFormatNamesItsVersion() throws IOException {
        Path later = scratch.resolve("later.safetensors");
        withFormat(model(), later);
        assertThat(told(1, "eval", "" + later))
                .isEqualTo("retort: " + later + " has format 4, and this version of Retort reads formats up to 3: take"
                        + " Retort 1.2.3, which wrote it, or a later version\n");
        Path checkpoint = run.resolve(TrainingRun.CHECKPOINT);
        withFormat(old("checkpoint.safetensors", scratch.resolve("old.safetensors")), checkpoint);
        assertThat(told(1, "train", "" + recipe(), "--out", "" + run, "--resume"))
                .contains("retort: " + checkpoint + " has format 4, and this version of Retort");
    }

    /** A file of format 4, by version 1.2.3. */
    private static void withFormat(Path from, Path to) throws IOException {
        SafeTensorsWriter writer = new SafeTensorsWriter();
        try (SafeTensors source = SafeTensors.open(from)) {
            Map<String, String> metadata = new LinkedHashMap<>(source.metadata());
            metadata.remove(SafeTensors.SEAL);
            metadata.put("format", "4");
            metadata.put("retort", "1.2.3");
            metadata.forEach(writer::metadata);
            for (SafeTensors.Entry entry : source.entries().values()) {
                if (entry.dtype() == DType.I64) {
                    writer.add(entry.name(), entry.shape(), entry.toLongs());
                } else {
                    writer.add(entry.name(), entry.shape(), entry.toFloats());
                }
            }
        }
        writer.write(to);
    }
}
