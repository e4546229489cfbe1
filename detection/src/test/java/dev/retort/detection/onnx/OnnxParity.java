package dev.retort.detection.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import dev.retort.detection.Detector;
import dev.retort.detection.box.Detections;
import dev.retort.detection.box.ImageSize;
import dev.retort.detection.data.Batch;
import dev.retort.detection.data.Sample;
import dev.retort.detection.model.DensePredictions;
import dev.retort.detection.model.Predictions;
import dev.retort.detection.model.fcos.FcosHead;
import dev.retort.detection.model.fcos.FcosPredictions;
import dev.retort.detection.model.fcos.FcosSuppression;
import dev.retort.detection.model.retinanet.RetinaNetPredictions;
import dev.retort.detection.model.retinanet.RetinaNetSuppression;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Holds what ONNX Runtime says of images against what the detector says. Numbers of the head agree within 1e-4 of their size, or of the
 * root mean square where they are smaller; detections as {@link DetectionPairs} says.
 *
 * <p>An image has a tie where it agrees not with the detector's threshold of suppression, but with one that is 1e-6 higher or lower: an IoU
 * is so close to it that float32 and float64 decide otherwise. Ties are counted.
 */
final class OnnxParity {
    private static final double RELATIVE = 1e-4;
    private static final double TIE = 1e-6;

    private final Detector detector;
    private final OnnxSession session;
    private final OnnxOptions options;
    private double worstRaw;
    private double worstScore;
    private double worstBox;
    private int images;
    private int detections;
    private int ties;

    OnnxParity(Detector detector, OnnxSession session, OnnxOptions options) {
        this.detector = detector;
        this.session = session;
        this.options = options;
    }

    int detections() {
        return detections;
    }

    /** Images with a tie. */
    int ties() {
        return ties;
    }

    @Override
    public String toString() {
        return images + " images, "
                + (options.nms()
                        ? "%d detections, scores within %.1e, boxes within %.1e px, %d ties"
                                .formatted(detections, worstScore, worstBox, ties)
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
                for (int n = 0; n < samples.size(); n++) {
                    compare(expected, size, found, n);
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
        DensePredictions dense = (DensePredictions) predictions;
        raw.put("logits", dense.logits());
        raw.put(
                "deltas",
                IntStream.range(0, dense.logits().size()).mapToObj(dense::boxes).toList());
        if (predictions instanceof FcosPredictions fcos) {
            raw.put(
                    "centerness",
                    fcos.outputs().stream().map(FcosHead.Output::quality).toList());
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

    private void compare(Predictions predictions, ImageSize size, Map<String, OnnxSession.Output> found, int n) {
        int most = (int) found.get("scores").shape()[1];
        int count = (int) found.get("count").values()[n];
        detections += count;
        Detections given = detections(found, n * most, count);
        DetectionPairs pairs = new DetectionPairs(detections(predictions, size, n, 0), given);
        if (pairs.difference().isPresent()) {
            ties++;
            pairs = Stream.of(TIE, -TIE)
                    .map(shift -> new DetectionPairs(detections(predictions, size, n, shift), given))
                    .filter(other -> other.difference().isEmpty())
                    .findFirst()
                    .orElse(pairs);
        }
        assertThat(pairs.difference()).as("image %d of a batch", n).isEmpty();
        worstScore = Math.max(worstScore, pairs.worstScore());
        worstBox = Math.max(worstBox, pairs.worstBox());
        for (int i = n * most + count; i < (n + 1) * most; i++) {
            assertThat(found.get("scores").values()[i]).isZero();
            assertThat(found.get("labels").values()[i]).isEqualTo(-1);
            assertThat(Arrays.copyOfRange(found.get("boxes").values(), 4 * i, 4 * i + 4))
                    .containsOnly(0);
        }
    }

    /** What the detector finds in image n if its threshold of suppression is so much higher. */
    private Detections detections(Predictions predictions, ImageSize size, int n, double shift) {
        double threshold = shift
                + ((OnnxExportable) detector.network()).onnxForm().selection().nmsThreshold();
        List<ImageSize> sizes = Collections.nCopies(n + 1, size);
        List<Detections> lists = predictions instanceof FcosPredictions fcos
                ? FcosSuppression.detections(fcos, sizes, threshold)
                : RetinaNetSuppression.detections((RetinaNetPredictions) predictions, sizes, threshold);
        return detector.recipe().data().resize().restore(lists.get(n), size, size);
    }

    private static Detections detections(Map<String, OnnxSession.Output> found, int from, int count) {
        int to = from + count;
        return new Detections(
                Arrays.copyOfRange(found.get("boxes").values(), 4 * from, 4 * to),
                Arrays.copyOfRange(found.get("scores").values(), from, to),
                Arrays.stream(found.get("labels").values(), from, to)
                        .mapToInt(label -> (int) label)
                        .toArray());
    }
}
