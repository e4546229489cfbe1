package dev.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.tensor.Shape;
import dev.retort.tensor.io.SafeTensorsWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code retort import}: what it tells of a file, and training that starts from what it wrote. */
class ImportCommandTest {
    private static final int WIDTH = 4;

    @TempDir
    private static Path folder;

    private static Path weights;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    /** torchvision's ResNet-18 with few channels: names and shapes of models/resnet.py. */
    @BeforeAll
    static void writeWeights() throws IOException {
        weights = folder.resolve("resnet18.safetensors");
        SafeTensorsWriter writer = new SafeTensorsWriter();
        add(writer, "conv1", "bn1", WIDTH, 3, 7);
        int in = WIDTH;
        for (int stage = 1; stage <= 4; stage++) {
            int channels = WIDTH << (stage - 1);
            for (int block = 0; block < 2; block++) {
                String name = "layer" + stage + "." + block + ".";
                add(writer, name + "conv1", name + "bn1", channels, in, 3);
                add(writer, name + "conv2", name + "bn2", channels, channels, 3);
                if (in != channels) {
                    add(writer, name + "downsample.0", name + "downsample.1", channels, in, 1);
                }
                in = channels;
            }
        }
        add(writer, "fc.weight", Shape.of(10, in), 0.1);
        add(writer, "fc.bias", Shape.of(10), 0.1);
        writer.write(weights);
    }

    private static void add(SafeTensorsWriter writer, String convolution, String norm, int out, int in, int kernel) {
        add(
                writer,
                convolution + ".weight",
                Shape.of(out, in, kernel, kernel),
                Math.sqrt(2.0 / (out * kernel * kernel)));
        add(writer, norm + ".weight", Shape.of(out), 0.5);
        add(writer, norm + ".bias", Shape.of(out), 0.1);
        add(writer, norm + ".running_mean", Shape.of(out), 0.1);
        add(writer, norm + ".running_var", Shape.of(out), 0.5);
        writer.add(norm + ".num_batches_tracked", Shape.SCALAR, new long[] {7});
    }

    /** Values between 0.5 and 1.5 times a size; of convolutions of both signs. */
    private static void add(SafeTensorsWriter writer, String name, Shape shape, double size) {
        SplittableRandom random = new SplittableRandom(name.hashCode());
        float[] values = new float[Math.toIntExact(shape.size())];
        for (int i = 0; i < values.length; i++) {
            double value = size * random.nextDouble(0.5, 1.5);
            values[i] = (float) (shape.rank() == 4 && random.nextBoolean() ? -value : value);
        }
        writer.add(name, shape, values);
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

    @Test
    void tellsWhatItTookAndWhatItAssumed() {
        Path backbone = folder.resolve("backbone.safetensors");
        assertThat(run("import", weights, "--out", backbone, "--set", "model.freezeAt=1"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString().lines())
                .containsExactly(
                        weights + ": torchvision ResNet, safetensors, 100 tensors taken",
                        "read:    model.depth=18 model.width=4",
                        "dropped: 20 tensors: a counter of batch norms",
                        "dropped: 2 tensors: the classifier of images",
                        "assumed: model.strideIn1x1=false model.norm=frozen data.pixels=torchvision",
                        "         No file tells these; --set KEY=VALUE changes one.",
                        "set:     model.freezeAt=1",
                        "Wrote " + backbone);
    }

    @Test
    void trainingStartsFromTheFileItselfAndFromWhatWasMadeOfIt() throws IOException {
        Path backbone = folder.resolve("start.safetensors");
        assertThat(run("import", weights, "--as", "backbone", "--out", backbone))
                .isZero();
        Path data = folder.resolve("data");
        TinyRun.generate(data);
        byte[][] models = new byte[2][];
        Path[] starts = {weights, backbone};
        for (int i = 0; i < 2; i++) {
            Path run = folder.resolve("run" + i);
            TinyRun tiny = new TinyRun(data, run);
            TinyRun.End end = tiny.train(
                    "--set",
                    "training.iterations=1",
                    "--set",
                    "model.weights=" + starts[i],
                    "--set",
                    "model.norm=frozen");
            assertThat(end.code()).as(end.errors().toString()).isZero();
            models[i] = Files.readAllBytes(tiny.model());
        }
        // All but the recipe's model.weights.
        assertThat(models[0].length - models[1].length).isBetween(-64, 64);
    }

    @Test
    void whatCannotBeTakenIsToldInOneLine() throws IOException {
        Path page = folder.resolve("page.pth");
        Files.writeString(page, "<html>Not found</html>");
        refused("is a web page, not weights", "import", page, "--out", folder.resolve("x"));
        refused(
                "holds a torchvision ResNet, which is no fcos",
                "import",
                weights,
                "--as",
                "fcos",
                "--out",
                folder.resolve("x"));
        refused("not as 'yolo'", "import", weights, "--as", "yolo", "--out", folder.resolve("x"));
        refused("no reader for weights of 'caffe'", "import", weights, "--from", "caffe", "--out", folder.resolve("x"));
        refused(
                "holds a torchvision ResNet. Leave --from mmdet out",
                "import",
                weights,
                "--from",
                "mmdet",
                "--out",
                folder.resolve("x"));
        refused("there is no folder", "import", weights, "--out", folder.resolve("none/x"));
        refused("there is no such file", "import", folder.resolve("gone.pth"), "--out", folder.resolve("x"));
        refused(
                "The recipe has no key model.dept",
                "import",
                weights,
                "--set",
                "model.dept=3",
                "--out",
                folder.resolve("x"));
        Path names = folder.resolve("names.txt");
        Files.writeString(names, "cat\n\ndog\ncat\n");
        refused("names the class 'cat' twice", "import", weights, "--classes", names, "--out", folder.resolve("x"));
        assertThat(folder.resolve("x")).doesNotExist();
    }

    private void refused(String reason, Object... args) {
        assertThat(run(args)).isEqualTo(1);
        assertThat(err.toString().lines().filter(line -> !line.contains("incubator")))
                .singleElement()
                .asString()
                .startsWith("retort: ")
                .contains(reason);
    }
}
