package dev.retort.detection.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import dev.retort.detection.Detector;
import dev.retort.detection.box.ImageSize;
import dev.retort.detection.data.Batch;
import dev.retort.detection.data.BilinearResize;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ImageInfo;
import dev.retort.detection.data.Picture;
import dev.retort.detection.data.Sample;
import dev.retort.detection.data.ShapesGenerator;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

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
        Picture resized = BilinearResize.resize(dataset.picture(info), width, height);
        return new Sample(info, resized, new double[0], new int[0], false);
    }

    static Stream<String> recipes() {
        return Stream.of(
                RETINA_NET + "depth: 18}",
                RETINA_NET + "depth: 50, norm: frozen, strideIn1x1: true}\ndata: {pixels: msra}",
                FCOS + "variant: adelaidet}",
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
                        List.of(sample(1, 20, 20)));
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
            return parity;
        }
    }
}
