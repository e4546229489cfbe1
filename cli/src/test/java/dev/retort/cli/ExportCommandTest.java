package dev.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.detection.Detector;
import dev.retort.detection.data.Category;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.recipe.Recipe;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code retort export}: options reach the file; what cannot be is told in one line. */
class ExportCommandTest {
    /** First field of an ONNX file, the version of its format, with value 8. */
    private static final byte[] FORMAT_8 = {8, 8};

    @TempDir
    private static Path folder;

    private static Path model;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void makeModel() throws IOException {
        CocoDataset dataset = TinyModels.shapes(folder.resolve("shapes"));
        model = folder.resolve("model.safetensors");
        try (Backend backend = Backends.create("simd")) {
            TinyModels.save(dataset, backend, model).close();
        }
    }

    private int run(Object... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        String[] words = new String[args.length];
        for (int i = 0; i < words.length; i++) {
            words[i] = args[i].toString();
        }
        return Retort.run(new PrintWriter(out, true), new PrintWriter(err, true), words);
    }

    private static String text(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.ISO_8859_1);
    }

    @Test
    void writesDetectionsOrAnswersOfTheHead() throws IOException {
        Path raw = folder.resolve("raw.onnx");
        assertThat(run("export", model, "--onnx", raw)).as(err.toString()).isZero();
        assertThat(out.toString().strip()).isEqualTo("Wrote " + raw + ", " + Files.size(raw) + " bytes");
        assertThat(Files.readAllBytes(raw)).startsWith(FORMAT_8);
        assertThat(text(raw))
                .contains("logits", "deltas", "height", "width", "circle")
                .doesNotContain("NonMaxSuppression");

        Path whole = folder.resolve("whole.onnx");
        assertThat(run("export", model, "--onnx", whole, "--nms", "--normalize", "--size", "64x96", "--opset", "18"))
                .as(err.toString())
                .isZero();
        assertThat(text(whole)).contains("NonMaxSuppression", "inside").doesNotContain("height");
    }

    @Test
    void writesWeightsForPyTorchAndTellsHowPythonLoadsThem() throws IOException {
        Path wide = folder.resolve("wide.safetensors");
        try (Backend backend = Backends.create("simd");
                Detector detector = Detector.create(
                        Recipe.defaults().with("model.depth=18", "model.norm=frozen"),
                        List.of(new Category(1, "cat"), new Category(2, "dog")),
                        backend)) {
            detector.save(wide);
        }
        Path torch = folder.resolve("torch.safetensors");
        assertThat(run("export", wide, "--torch", "torchvision", torch))
                .as(err.toString())
                .isZero();
        assertThat(out.toString())
                .startsWith("Wrote " + torch + ", " + Files.size(torch) + " bytes")
                .contains("num_classes=3", "model.load_state_dict(load_file(\"" + torch + "\"))");
        assertThat(text(torch)).contains("head.classification_head.cls_logits.weight");

        Path again = folder.resolve("again.safetensors");
        assertThat(run("import", torch, "--out", again)).as(err.toString()).isZero();
        assertThat(out.toString())
                .contains("classes: 2 of 3 channels, cat to dog")
                .doesNotContain("assumed");
        assertThat(Files.mismatch(again, wide)).isEqualTo(-1);

        assertThat(run("export", model, "--torch", "torchvision", torch)).isEqualTo(1);
        assertThat(err.toString().strip())
                .contains("cannot be written for torchvision: it has model.pyramidChannels 8")
                .doesNotContain("\n");
    }

    @Test
    void onnxAndTorchExcludeEachOther() {
        Path file = folder.resolve("never.safetensors");
        for (Object[] args : new Object[][] {
            {"--torch", "tensorflow", file, "not for 'tensorflow'"},
            {"--torch", "detectron2", file, "--nms", "--nms is for --onnx"},
            {"--torch", "detectron2", file, "--onnx", file, "mutually exclusive"}
        }) {
            Object[] words = new Object[args.length + 1];
            words[0] = "export";
            words[1] = model;
            System.arraycopy(args, 0, words, 2, args.length - 1);
            assertThat(run(words)).as(out.toString()).isEqualTo(2);
            assertThat(err.toString()).contains("" + args[args.length - 1]);
        }
        assertThat(file).doesNotExist();
    }

    @Test
    void wrongUsageEndsWithTwo() {
        Path file = folder.resolve("never.onnx");
        for (Object[] args : new Object[][] {
            {"--opset", 16, "The opset must be from 17 to 21, not 16"},
            {"--opset", 22, "not 22"},
            {"--size", "800", "'800' is neither height x width, such as 800x1216, nor dynamic"},
            {"--size", "0x64", "'0x64'"},
            {"--size", "64x99999", "64x99999"}
        }) {
            assertThat(run("export", model, "--onnx", file, args[0], args[1])).isEqualTo(2);
            assertThat(err.toString()).contains("" + args[2]);
        }
        assertThat(run("export", model)).isEqualTo(2);
        assertThat(file).doesNotExist();
    }

    @Test
    void whatCannotBeWrittenIsToldInOneLine() {
        assertThat(run("export", model, "--onnx", folder.resolve("missing").resolve("a.onnx")))
                .isEqualTo(1);
        assertThat(err.toString().strip())
                .startsWith("retort: Cannot write ")
                .contains("there is no folder")
                .doesNotContain("\n");
        assertThat(run("export", model, "--onnx", folder)).isEqualTo(1);
        assertThat(err.toString()).contains("it is a folder");
        if (Files.isDirectory(Path.of("/proc"))) {
            assertThat(run("export", model, "--onnx", "/proc/model.onnx")).isEqualTo(1);
            assertThat(err.toString().strip())
                    .startsWith("retort: Cannot write /proc/model.onnx")
                    .doesNotContain("\n");
        }
        assertThat(run("export", folder.resolve("none"), "--onnx", folder.resolve("b.onnx")))
                .isEqualTo(1);
        assertThat(folder.resolve("b.onnx")).doesNotExist();
    }
}
