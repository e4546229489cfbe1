package dev.retort.detection.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import dev.retort.detection.Detector;
import dev.retort.detection.box.Detections;
import dev.retort.detection.box.ImageSize;
import dev.retort.detection.data.Batch;
import dev.retort.detection.data.Sample;
import dev.retort.detection.model.Predictions;
import dev.retort.detection.model.fcos.FcosHead;
import dev.retort.detection.model.fcos.FcosPredictions;
import dev.retort.detection.model.retinanet.RetinaNetPredictions;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Holds what ONNX Runtime says of images against what the detector says. Numbers of the head agree within 1e-4 of their size, or of the
 * root mean square where they are smaller; detections in label, scores within 1e-4, boxes within 0.01 pixels, and order where scores
 * differ by more than 1e-4.
 */
final class OnnxParity {
    private static final double RELATIVE = 1e-4;
    private static final double SCORES = 1e-4;
    private static final double PIXELS = 0.01;

    private final Detector detector;
    private final OnnxSession session;
    private final OnnxOptions options;
    private double worstRaw;
    private double worstScore;
    private double worstBox;
    private int images;
    private int detections;

    OnnxParity(Detector detector, OnnxSession session, OnnxOptions options) {
        this.detector = detector;
        this.session = session;
        this.options = options;
    }

    int detections() {
        return detections;
    }

    @Override
    public String toString() {
        return images + " images, "
                + (options.nms()
                        ? "%d detections, scores within %.1e, boxes within %.1e px"
                                .formatted(detections, worstScore, worstBox)
                        : "head within %.1e".formatted(worstRaw));
    }

    /** Compares one batch. Images of different sizes are padded with the zeros of a normalized image. */
    void check(List<Sample> samples) throws OrtException {
        images += samples.size();
        Batch batch = Batch.of(samples, detector.network().sizeDivisor());
        int height = Arrays.stream(batch.heights()).max().orElseThrow();
        int width = Arrays.stream(batch.widths()).max().orElseThrow();
        Map<String, OnnxSession.Output> found =
                session.run(input(batch, height, width), samples.size(), 3, height, width);
        try (Scope scope = Scope.open()) {
            Predictions expected = detector.network().forward(detector.input(batch));
            if (options.nms()) {
                ImageSize size = new ImageSize(height, width);
                List<Detections> lists =
                        expected.detections(samples.stream().map(sample -> size).toList());
                for (int n = 0; n < samples.size(); n++) {
                    compare(detector.recipe().data().resize().restore(lists.get(n), size, size), found, n);
                }
            } else {
                Map<String, List<Tensor>> raw = raw(expected);
                assertThat(found.keySet()).isEqualTo(raw.keySet());
                raw.forEach((name, levels) -> compare(name, levels, found.get(name)));
            }
        }
    }

    private float[] input(Batch batch, int height, int width) {
        float[] normalized = batch.pixels(detector.normalization());
        boolean bgr = detector.normalization().bgr();
        float[] input = new float[batch.size() * 3 * height * width];
        int at = 0;
        for (int n = 0; n < batch.size(); n++) {
            byte[] rgb = batch.samples().get(n).image().visible().rgb();
            for (int c = 0; c < 3; c++) {
                for (int y = 0; y < height; y++) {
                    for (int x = 0; x < width; x++) {
                        int channel = bgr ? 2 - c : c;
                        input[at++] = options.normalize()
                                ? rgb[(y * width + x) * 3 + c] & 0xff
                                : normalized[((n * batch.height() + y) * batch.width() + x) * 3 + channel];
                    }
                }
            }
        }
        return input;
    }

    private static Map<String, List<Tensor>> raw(Predictions predictions) {
        Map<String, List<Tensor>> raw = new LinkedHashMap<>();
        if (predictions instanceof RetinaNetPredictions retinaNet) {
            raw.put("logits", retinaNet.logits());
            raw.put("deltas", retinaNet.deltas());
        } else {
            List<FcosHead.Output> outputs = ((FcosPredictions) predictions).outputs();
            Map<String, Function<FcosHead.Output, Tensor>> parts = new LinkedHashMap<>();
            parts.put("logits", FcosHead.Output::logits);
            parts.put("deltas", FcosHead.Output::distances);
            parts.put("centerness", FcosHead.Output::quality);
            parts.forEach(
                    (name, part) -> raw.put(name, outputs.stream().map(part).toList()));
        }
        return raw;
    }

    private void compare(String name, List<Tensor> levels, OnnxSession.Output found) {
        Tensor all = levels.get(0).backend().concat(1, levels.toArray(Tensor[]::new));
        assertThat(found.shape()).as(name).containsExactly(all.dim(0), all.dim(1), all.dim(2));
        float[] expected = all.toFloats();
        double squares = 0;
        for (float value : expected) {
            squares += (double) value * value;
        }
        double typical = Math.sqrt(squares / expected.length);
        double worst = 0;
        for (int i = 0; i < expected.length; i++) {
            worst = Math.max(
                    worst, Math.abs(found.values()[i] - expected[i]) / Math.max(Math.abs(expected[i]), typical));
        }
        worstRaw = Math.max(worstRaw, worst);
        assertThat(worst).as(name).isLessThan(RELATIVE);
    }

    private void compare(Detections expected, Map<String, OnnxSession.Output> found, int n) {
        double[] scores = found.get("scores").values();
        int most = (int) found.get("scores").shape()[1];
        int count = (int) found.get("count").values()[n];
        assertThat(count).as("detections of image %d", n).isEqualTo(expected.size());
        detections += count;
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int place = find(expected, i, found, n * most, count, places);
            assertThat(place)
                    .as("detection %d of image %d: none equals it", i, n)
                    .isNotNegative();
            for (int k = 0; k < i; k++) {
                assertThat(place > places.get(k) || expected.scores()[k] - expected.scores()[i] <= SCORES)
                        .as("order of detections %d and %d", k, i)
                        .isTrue();
            }
            places.add(place);
        }
        for (int i = n * most + count; i < (n + 1) * most; i++) {
            assertThat(scores[i]).isZero();
            assertThat(found.get("labels").values()[i]).isEqualTo(-1);
            assertThat(Arrays.copyOfRange(found.get("boxes").values(), 4 * i, 4 * i + 4))
                    .containsOnly(0);
        }
    }

    private int find(
            Detections expected,
            int i,
            Map<String, OnnxSession.Output> found,
            int start,
            int count,
            List<Integer> taken) {
        for (int j = 0; j < count; j++) {
            double score = Math.abs(found.get("scores").values()[start + j] - expected.scores()[i]);
            double box = 0;
            for (int k = 0; k < 4; k++) {
                box = Math.max(
                        box, Math.abs(found.get("boxes").values()[4 * (start + j) + k] - expected.boxes()[4 * i + k]));
            }
            if (!taken.contains(j)
                    && found.get("labels").values()[start + j] == expected.classes()[i]
                    && score <= SCORES
                    && box <= PIXELS) {
                worstScore = Math.max(worstScore, score);
                worstBox = Math.max(worstBox, box);
                return j;
            }
        }
        return -1;
    }
}
