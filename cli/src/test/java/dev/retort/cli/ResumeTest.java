package dev.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.detection.train.TrainingRun;
import dev.retort.tensor.DType;
import dev.retort.tensor.io.SafeTensors;
import dev.retort.tensor.io.SafeTensorsWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A checkpoint goes on as the run that it is of: what changed its meaning is refused, what did not is told. */
class ResumeTest {
    private static final String ANYWAY = "--resume-anyway";

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

    /** Two steps more, or whatever {@code args} say. */
    private TinyRun.End go(String... args) {
        List<String> all = new ArrayList<>(List.of("--set", "training.iterations=4"));
        all.addAll(List.of(args));
        return run.train(all.toArray(String[]::new));
    }

    private void refused(List<String> words, String... args) throws IOException {
        TinyRun.End end = go(args);
        assertThat(end.code()).as("" + end.errors()).isEqualTo(1);
        assertThat(end.errors())
                .singleElement()
                .asString()
                .startsWith("retort: ")
                .contains(words);
        assertThat(Files.readAllBytes(run.checkpoint())).isEqualTo(saved);
        assertThat(run.metrics()).content().hasLineCount(2);
    }

    /** Goes on, and gives what was told on the error stream. */
    private String accepted(String... args) {
        PrintStream before = System.err;
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        System.setErr(new PrintStream(told, true, StandardCharsets.UTF_8));
        try {
            TinyRun.End end = go(args);
            assertThat(end.code()).as("" + end.errors()).isZero();
        } finally {
            System.setErr(before);
        }
        return told.toString(StandardCharsets.UTF_8);
    }

    private Path annotations() {
        return run.data().resolve("annotations").resolve("train.json");
    }

    private void rewrite(UnaryOperator<String> change) throws IOException {
        String text = Files.readString(annotations());
        String changed = change.apply(text);
        assertThat(changed).isNotEqualTo(text);
        Files.writeString(annotations(), changed);
    }

    /** The checkpoint with other metadata, and with no seal, as an older version or a hand leaves it. */
    private void rewriteMetadata(Map<String, String> changes, List<String> removed) throws IOException {
        SafeTensorsWriter writer = new SafeTensorsWriter();
        try (SafeTensors source = SafeTensors.open(run.checkpoint())) {
            Map<String, String> metadata = new LinkedHashMap<>(source.metadata());
            metadata.keySet().remove(SafeTensors.SEAL);
            metadata.keySet().removeAll(removed);
            metadata.putAll(changes);
            metadata.forEach(writer::metadata);
            for (SafeTensors.Entry entry : source.entries().values()) {
                if (entry.dtype() == DType.I64) {
                    writer.add(entry.name(), entry.shape(), entry.toLongs());
                } else {
                    writer.add(entry.name(), entry.shape(), entry.toFloats());
                }
            }
        }
        writer.write(run.checkpoint());
        saved = Files.readAllBytes(run.checkpoint());
    }

    @Test
    void exchangedClassNamesAreNeverTaken() throws IOException {
        rewrite(text -> text.replace("\"circle\"", "\"*\"")
                .replace("\"square\"", "\"circle\"")
                .replace("\"*\"", "\"square\""));
        List<String> words = List.of(
                run.checkpoint() + " is of another model",
                "is 'circle' (id ",
                " in the checkpoint, 'square' (id ",
                "is 'square' (id ",
                " in the data set");
        refused(words, "--resume");
        refused(words, ANYWAY);
    }

    @Test
    void anotherModelIsNeverTaken() throws IOException {
        for (String setting : List.of(
                "model.anchorSizes=[8, 16, 32, 64, 128]", "model.freezeAt=1", "model.norm=frozen", "model.depth=34")) {
            String key = setting.substring(0, setting.indexOf('='));
            refused(
                    List.of("is of another model: " + key + ": ", " in the checkpoint, "),
                    "--resume",
                    "--set",
                    setting);
            refused(List.of("is of another model: " + key + ": "), ANYWAY, "--set", setting);
        }
        refused(List.of("optimizer.kind: sgd in the checkpoint, adamw now"), ANYWAY, "--set", "optimizer.kind=adamw");
    }

    @Test
    void otherPixelsAreTakenOnRequest() throws IOException {
        String[] pixels = {"--set", "data.pixels=msra"};
        refused(
                List.of(
                        "learned something else: data.pixels: torchvision in the checkpoint, msra now",
                        "--resume-anyway"),
                "--resume",
                pixels[0],
                pixels[1]);
        assertThat(accepted(ANYWAY, pixels[0], pixels[1]))
                .contains(
                        "retort: goes on with what has changed since: data.pixels: torchvision in the checkpoint, msra now");
    }

    @Test
    void otherDataAreTakenOnRequest() throws IOException {
        JsonMapper json = JsonMapper.builder().build();
        rewrite(text -> {
            ObjectNode content = (ObjectNode) json.readTree(text);
            content.putArray("annotations")
                    .add(json.readTree(text).get("annotations").get(0));
            return json.writeValueAsString(content);
        });
        refused(List.of("training data: 2 images with ", ", 2 images with 1 boxes (SHA-256 "), "--resume");
        assertThat(accepted(ANYWAY)).contains("goes on with what has changed since: training data: ");
    }

    @Test
    void anotherTeacherIsTakenOnRequest() throws IOException {
        TinyRun student = new TinyRun(run.data(), folder.resolve("student"));
        String teacher = run.model().toString();
        assertThat(distill(student, teacher, "--set", "training.iterations=2").code())
                .isZero();
        Path other = Files.copy(run.model(), folder.resolve("copy.safetensors"));
        // The same weights in another file are the same teacher.
        assertThat(distill(student, other.toString(), "--set", "training.iterations=3", "--resume")
                        .code())
                .isZero();
        assertThat(run.train("--set", "training.iterations=3", "--resume").code())
                .isZero();
        TinyRun.End refused = distill(student, teacher, "--set", "training.iterations=4", "--resume");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.errors())
                .singleElement()
                .asString()
                .containsPattern("teacher: \\p{XDigit}{12} in the checkpoint, \\p{XDigit}{12} now");
        assertThat(distill(student, teacher, "--set", "training.iterations=4", ANYWAY)
                        .code())
                .isZero();
    }

    private static TinyRun.End distill(TinyRun student, String teacher, String... more) {
        List<String> args = new ArrayList<>(student.command(more));
        args.set(0, "distill");
        args.addAll(List.of("--teacher", teacher, "--set", "distillation.icd.hidden=8"));
        return TinyRun.retort(args.toArray(String[]::new));
    }

    @Test
    void whatLeavesTheMeaningIsTakenAndTold() throws IOException {
        // Another formatting of the same file, in another place, is the same data.
        JsonMapper json = JsonMapper.builder().build();
        rewrite(text -> json.writerWithDefaultPrettyPrinter().writeValueAsString(json.readTree(text)));
        Path moved = Files.move(run.data(), folder.resolve("moved"));
        TinyRun elsewhere = new TinyRun(moved, run.out());
        run = elsewhere;
        String told = accepted(
                "--resume",
                "--set",
                "optimizer.learningRate=0.001",
                "--set",
                "training.batch=1",
                "--set",
                "training.logEvery=2");
        assertThat(told.lines().filter(line -> line.startsWith("retort: ")))
                .singleElement()
                .isEqualTo(
                        "retort: goes on with what has changed since: optimizer.learningRate: 0.01 in the checkpoint, 0.001"
                                + " now; training.iterations: 2 in the checkpoint, 4 now; training.batch: 2 in the checkpoint,"
                                + " 1 now");
    }

    @Test
    void aRunThatIsLongEnoughAlreadyGivesItsModel() throws IOException {
        Files.delete(run.model());
        String sentence = "retort: no step is left: " + run.checkpoint() + " is of iteration 2, and the run has ";
        assertThat(accepted("--resume", "--set", "training.iterations=1"))
                .contains(sentence + "1; the model is written as it is there");
        assertThat(run.model()).isRegularFile();
        Files.delete(run.model());
        assertThat(accepted("--resume", "--set", "training.iterations=2")).contains(sentence + "2; the model");
        assertThat(run.model()).isRegularFile();
        assertThat(Files.readAllBytes(run.checkpoint())).isEqualTo(saved);
    }

    @Test
    void aFlippedBitIsFound() throws IOException {
        for (int place :
                new int[] {saved.length - 1, saved.length - saved.length / 3, saved.length - saved.length / 2}) {
            byte[] damaged = saved.clone();
            damaged[place] ^= 4;
            Files.write(run.checkpoint(), damaged);
            TinyRun.End end = go("--resume");
            assertThat(end.code()).isEqualTo(1);
            assertThat(end.errors()).singleElement().asString().contains(run.checkpoint() + ": is damaged: ");
        }
    }

    @Test
    void badEntriesAreNamed() throws IOException {
        for (String iteration : List.of("-5", "x", "99999999999999999999", "999999999999", "1.5", "NaN")) {
            rewriteMetadata(Map.of("iteration", iteration), List.of());
            refused(List.of(run.checkpoint() + ": its entry 'iteration' is '" + iteration + "', not "), "--resume");
        }
        for (String divisor : List.of("NaN", "-1", "Infinity", "x", "0")) {
            rewriteMetadata(Map.of("iteration", "2", "loss_normalizer", divisor), List.of());
            refused(List.of(run.checkpoint() + ": its entry 'loss_normalizer' is '" + divisor + "', not "), "--resume");
        }
        for (String key : List.of("recipe", "classes", "data")) {
            for (String text : List.of("null", "[null]", "{", "7")) {
                rewriteMetadata(Map.of("loss_normalizer", "90", key, text), List.of());
                refused(List.of(run.checkpoint() + ": its entry '" + key + "' cannot be read"), "--resume");
            }
            Files.write(run.checkpoint(), saved);
            try (SafeTensors model = SafeTensors.open(run.model())) {
                rewriteMetadata(
                        Map.of(key, model.metadata().getOrDefault(key, "{\"images\":2,\"boxes\":1,\"sha256\":\"0\"}")),
                        List.of());
            }
        }
    }

    @Test
    void anOlderCheckpointGoesOnWithANotice() throws IOException {
        rewriteMetadata(Map.of(), List.of("data", "teacher"));
        assertThat(accepted("--resume"))
                .contains("retort: " + run.checkpoint() + " is of an older version: whether it is undamaged");
    }

    @Test
    void metricsThatAreNoTextAreNamed() throws IOException {
        Files.write(run.metrics(), new byte[] {'{', (byte) 0xff, '}', '\n'}, StandardOpenOption.APPEND);
        TinyRun.End end = go("--resume");
        assertThat(end.code()).isEqualTo(1);
        assertThat(end.errors())
                .singleElement()
                .asString()
                .startsWith("retort: " + run.metrics() + ", line 3")
                .contains("not UTF-8");
    }

    @Test
    void dataWithoutAnyBoxAreTold() throws IOException {
        JsonMapper json = JsonMapper.builder().build();
        rewrite(text -> {
            ObjectNode content = (ObjectNode) json.readTree(text);
            content.putArray("annotations");
            return json.writeValueAsString(content);
        });
        run = new TinyRun(run.data(), folder.resolve("boxless"));
        assertThat(accepted().lines().filter(line -> line.contains("no image of " + annotations() + " has a box")))
                .hasSize(1);
        assertThat(run.out().resolve(TrainingRun.MODEL)).isRegularFile();
    }
}
