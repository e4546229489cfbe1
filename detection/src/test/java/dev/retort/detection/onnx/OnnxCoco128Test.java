package dev.retort.detection.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.OrtException;
import dev.retort.detection.Detector;
import dev.retort.detection.box.ImageSize;
import dev.retort.detection.box.ResizeRule;
import dev.retort.detection.data.Batch;
import dev.retort.detection.data.BilinearResize;
import dev.retort.detection.data.ImageFileReader;
import dev.retort.detection.data.ImageInfo;
import dev.retort.detection.data.RgbImage;
import dev.retort.detection.data.Sample;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Networks of full width on photographs, in ONNX Runtime and in Retort: {@code -Plong -Dretort.coco128=DIR}, where some folder below
 * DIR has 20 JPEG files or more. Minutes. {@code -Dretort.coco128.edge=800} takes another short edge than 320, and
 * {@code -Dretort.coco128.images=3} fewer photographs.
 */
@Tag("long")
class OnnxCoco128Test {
    private static final String PROPERTY = "retort.coco128";
    private static final int IMAGES = Integer.getInteger("retort.coco128.images", 20);
    private static final int EDGE = Integer.getInteger("retort.coco128.edge", 320);
    private static final int CLASSES = 80;
    private static final ImageSize FIXED = new ImageSize(EDGE, EDGE * 13 / 10);
    private static final ResizeRule RULE = new ResizeRule(EDGE, EDGE * 5 / 3);
    /** With the 20 photographs there is one: FCOS of fixed size has an IoU of 0.60000026 at the threshold 0.6. */
    private static final int MOST_TIES = 1;

    @TempDir
    private Path folder;

    private static List<RgbImage> photographs() throws IOException {
        String property = System.getProperty(PROPERTY);
        assumeTrue(property != null, "No photographs: -D" + PROPERTY + " names a folder of COCO's images");
        try (Stream<Path> files = Files.walk(Path.of(property))) {
            return files.filter(file -> file.toString().endsWith(".jpg"))
                    .sorted()
                    .limit(IMAGES)
                    .map(file -> ImageFileReader.read(file, ImageFileReader.DEFAULT_MAX_PIXELS))
                    .toList();
        }
    }

    private static Sample sample(RgbImage image, ImageSize size) {
        return new Sample(
                new ImageInfo(0, "a photograph", image.width(), image.height()),
                BilinearResize.resize(image, size.width(), size.height()),
                new double[0],
                new int[0],
                false);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "model: {kind: retinanet, depth: 18}",
                "model: {kind: retinanet, depth: 50, norm: frozen, strideIn1x1: true}\ndata: {pixels: msra}",
                "model: {kind: fcos, depth: 50}"
            })
    void runtimeFindsWhatTheDetectorFindsInPhotographs(String yaml) throws IOException, OrtException {
        List<RgbImage> photographs = photographs();
        assertThat(photographs).hasSize(IMAGES);
        List<Sample> fixed =
                photographs.stream().map(image -> sample(image, FIXED)).toList();
        List<Sample> free = photographs.stream()
                .map(image -> sample(image, RULE.apply(new ImageSize(image.height(), image.width()))))
                .toList();
        try (Backend backend = Backends.create("simd");
                Detector detector =
                        LivelyDetectors.create(yaml, CLASSES, Batch.of(List.of(free.get(0)), 32), backend)) {
            for (boolean nms : List.of(false, true)) {
                OnnxOptions dynamic = OnnxOptions.defaults().withNms(nms);
                check(detector, dynamic, free);
                check(detector, dynamic.withSize(FIXED).withNormalize(true), fixed);
            }
        }
    }

    private void check(Detector detector, OnnxOptions options, List<Sample> samples) throws IOException, OrtException {
        Path file = folder.resolve("model.onnx");
        OnnxExport.write(detector, file, options);
        try (OnnxSession session = new OnnxSession(file)) {
            for (int size : new int[] {1, 2}) {
                OnnxParity parity = new OnnxParity(detector, session, options);
                List<Sample> batch = new ArrayList<>();
                for (Sample sample : samples) {
                    batch.add(sample);
                    if (batch.size() == size) {
                        parity.check(batch);
                        batch.clear();
                    }
                }
                System.out.println(detector.recipe().model().kind() + " R"
                        + detector.recipe().model().depth() + ", "
                        + (options.size().isPresent() ? "fixed" : "dynamic") + " size, batches of " + size + ": "
                        + parity);
                assertThat(parity.ties()).isLessThanOrEqualTo(MOST_TIES);
                assertThat(parity.detections()).isGreaterThanOrEqualTo(options.nms() ? IMAGES : 0);
            }
        }
    }
}
