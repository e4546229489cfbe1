package dev.retort.detection.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtException;
import dev.retort.detection.Detector;
import dev.retort.detection.DetectorException;
import dev.retort.detection.box.ImageSize;
import dev.retort.detection.data.Batch;
import dev.retort.detection.data.BilinearResize;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ImageInfo;
import dev.retort.detection.data.RgbImage;
import dev.retort.detection.data.Sample;
import dev.retort.detection.data.ShapesGenerator;
import dev.retort.detection.model.DetectionModel;
import dev.retort.detection.model.Predictions;
import dev.retort.nn.BuildContext;
import dev.retort.nn.Module;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.io.AtomicFile;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Exported detectors, run by ONNX Runtime, say what the detectors themselves say. */
class OnnxExportTest {
    private static final String RETINA_NET =
            "model: {kind: retinanet, width: 8, pyramidChannels: 16, headConvolutions: 2,"
                    + " anchorSizes: [16, 32, 64, 128, 256], ";
    private static final String FCOS =
            "model: {kind: fcos, depth: 18, width: 8, pyramidChannels: 32, headConvolutions: 2, ";

    @TempDir
    private static Path folder;

    private static CocoDataset dataset;
    private static Backend backend;

    @BeforeAll
    static void makeImages() {
        ShapesGenerator.generate(ShapesGenerator.Settings.standard(1, 1, 4, 5), folder.resolve("shapes"));
        dataset = CocoDataset.open(folder.resolve("shapes"), "test");
        backend = Backends.create("simd");
    }

    @AfterAll
    static void close() {
        assertThat(backend.memory().liveBytes()).isZero();
        backend.close();
    }

    private static Sample sample(int number, int height, int width) {
        ImageInfo info = dataset.images().get(number);
        RgbImage resized = BilinearResize.resize(dataset.image(info), width, height);
        return new Sample(info, resized, new double[0], new int[0], false);
    }

    static Stream<String> recipes() {
        return Stream.of(
                RETINA_NET + "depth: 18, norm: sync}",
                RETINA_NET + "depth: 18, p6From: p5, headGroups: 4, anchorRule: torchvision, clipBeforeNms: true,"
                        + " detectionsPerImage: 60}\ndata: {resize: torchvision}",
                RETINA_NET + "depth: 50, norm: frozen, strideIn1x1: true}\ndata: {pixels: msra}",
                RETINA_NET + "depth: 18, boxes: distribution}",
                FCOS + "variant: adelaidet}",
                FCOS + "variant: adelaidet, boxes: distribution}",
                FCOS + "variant: detectron2, headNorm: none}",
                FCOS + "variant: torchvision}");
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void runtimeFindsWhatTheDetectorFinds(String yaml) throws IOException, OrtException {
        Sample first = sample(0, 96, 128);
        Sample second = sample(1, 96, 128);
        try (Detector detector = LivelyDetectors.create(yaml, 5, Batch.of(List.of(first), 32), backend)) {
            for (boolean nms : List.of(false, true)) {
                OnnxOptions fixed =
                        OnnxOptions.defaults().withNms(nms).withNormalize(true).withSize(new ImageSize(96, 128));
                OnnxParity parity = check(detector, fixed, List.of(first), List.of(first, second));
                assertThat(parity.detections()).isGreaterThan(nms ? 30 : -1);
                parity = check(
                        detector,
                        OnnxOptions.defaults().withNms(nms),
                        List.of(first),
                        List.of(first, second),
                        List.of(sample(2, 75, 121)),
                        List.of(sample(0, 110, 60), sample(3, 97, 90)),
                        List.of(sample(1, 20, 20)),
                        // p6 and p7 have cells whose step is not the level's stride.
                        List.of(sample(1, 150, 150)));
                assertThat(parity.detections()).isGreaterThan(nms ? 30 : -1);
            }
        }
    }

    @SafeVarargs
    private static OnnxParity check(Detector detector, OnnxOptions options, List<Sample>... batches)
            throws IOException, OrtException {
        Path file = folder.resolve("model.onnx");
        OnnxExport.write(detector, file, options);
        try (OnnxSession session = new OnnxSession(file)) {
            OnnxParity parity = new OnnxParity(detector, session, options);
            for (List<Sample> batch : batches) {
                parity.check(batch);
            }
            assertThat(parity.ties()).isZero();
            return parity;
        }
    }

    private static Detector small(String more) {
        return LivelyDetectors.create(
                RETINA_NET + "depth: 18}" + more, 5, Batch.of(List.of(sample(0, 64, 64)), 32), backend);
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 18, 19, 20, 21})
    void everyOpsetRuns(int opset) throws IOException, OrtException {
        try (Detector detector = small("")) {
            OnnxOptions options = OnnxOptions.defaults().withNms(true).withOpset(opset);
            assertThat(check(detector, options, List.of(sample(0, 64, 64))).detections())
                    .isPositive();
        }
    }

    @Test
    void metadataSaysWhatTheCallerHasToDo() throws IOException, OrtException {
        Path file = folder.resolve("metadata.onnx");
        try (Detector detector = small("\ndata: {pixels: msra, shortEdges: [64, 96], longEdge: 200}")) {
            OnnxExport.write(detector, file, OnnxOptions.defaults().withNormalize(true));
            try (OnnxSession session = new OnnxSession(file)) {
                assertThat(session.metadata())
                        .containsAllEntriesOf(detector.metadata())
                        .containsEntry("names", "[\"class 0\",\"class 1\",\"class 2\",\"class 3\",\"class 4\"]")
                        .containsEntry("kind", "retinanet")
                        .containsEntry("strides", "[8,16,32,64,128]")
                        .containsEntry("channels", "RGB")
                        .containsEntry("mean", "[123.675,116.28,103.53]")
                        .containsEntry("std", "[1.0,1.0,1.0]")
                        .containsEntry("normalization", "inside")
                        .containsEntry("resize", "{\"longestEdge\":200,\"shortestEdge\":96}");
            }
        }
    }

    @Test
    void equalModelsAreEqualFiles() throws IOException {
        Path first = folder.resolve("first.onnx");
        Path second = folder.resolve("second.onnx");
        try (Detector detector = small("")) {
            OnnxExport.write(detector, first, OnnxOptions.defaults());
            OnnxExport.write(detector, second, OnnxOptions.defaults());
        }
        assertThat(first).hasSameBinaryContentAs(second);
    }

    @Test
    void aNetworkInTrainingIsRefusedAndTheOldFileKept() throws IOException {
        Path file = folder.resolve("kept.onnx");
        Files.writeString(file, "old");
        try (Detector detector = small("")) {
            detector.network().setTraining(true);
            assertThatThrownBy(() -> OnnxExport.write(detector, file, OnnxOptions.defaults()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("setTraining(false)");
        }
        assertThat(file).hasContent("old");
    }

    @Test
    void refusesOptionsThatItCannotMeet() {
        OnnxOptions options = OnnxOptions.defaults();
        assertThatThrownBy(() -> options.withOpset(16))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The opset must be from 17 to 21, not 16");
        assertThatThrownBy(() -> options.withOpset(22)).hasMessageContaining("not 22");
        assertThatThrownBy(() -> options.withSize(new ImageSize(100, 20_000))).hasMessageContaining("100x20000");
    }

    @Test
    void aFileThatCannotBeWrittenIsNamedWithTheReason() {
        Path file = folder.resolve("missing").resolve("model.onnx");
        try (Detector detector = small("")) {
            assertThatThrownBy(() -> OnnxExport.write(detector, file, OnnxOptions.defaults()))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("Cannot write " + file + ", which takes ")
                    .hasMessageEndingWith("there is no folder " + file.getParent() + ", make it first");
        }
        assertThat(AtomicFile.notWritten(Path.of("m.onnx"), 99, new IOException("No space left on device")))
                .hasMessage("Cannot write m.onnx, which takes 99 bytes: No space left on device");
        assertThat(AtomicFile.notWritten(Path.of("/d/m.onnx"), 99, new AccessDeniedException("/d/.m.tmp")))
                .hasMessage("Cannot write /d/m.onnx, which takes 99 bytes: no permission to write in "
                        + Path.of("/d").toAbsolutePath());
    }

    @Test
    void aKindWithoutAnOnnxFormIsNamed() {
        try (DetectionModel network = new Formless(BuildContext.root(backend, DType.F32, 1))) {
            assertThatThrownBy(() -> OnnxExport.form(network, "mykind"))
                    .isInstanceOf(DetectorException.class)
                    .hasMessage("A detector of kind mykind cannot be written as ONNX: its network, Formless, does not"
                            + " say how. It has to implement OnnxExportable");
        }
    }

    /** A network of somebody else's. */
    private static final class Formless extends DetectionModel {
        private Formless(BuildContext context) {
            super(context);
        }

        @Override
        public List<Tensor> features(Tensor images) {
            return List.of();
        }

        @Override
        public Predictions forward(Tensor images) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<String> levels() {
            return List.of();
        }

        @Override
        public int sizeDivisor() {
            return 1;
        }

        @Override
        public Module pyramid() {
            return this;
        }

        @Override
        public Module head() {
            return this;
        }

        @Override
        public void setCheckpointing(boolean checkpointing) {}
    }
}
