package dev.retort.detection.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OrtException;
import dev.retort.detection.box.Detections;
import dev.retort.detection.box.ImageSize;
import dev.retort.detection.box.Nms;
import dev.retort.detection.box.TopCandidates;
import dev.retort.detection.onnx.OnnxGraph.Extent;
import dev.retort.tensor.io.AtomicFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The graph's choice among candidates with limits that matter, ties included, against {@link TopCandidates} and {@link Nms}. An image
 * [3, 24, 10] is its own answer: channel k has the scores of class k for 240 anchors, of which two levels have half each.
 */
class OnnxSuppressionTest {
    private static final int CLASSES = 3;
    private static final int ANCHORS = 120;
    private static final int LEVELS = 2;
    private static final ImageSize SIZE = new ImageSize(24, 10);
    private static final double LEAST = 0.25;
    private static final OnnxSelection RULE = new OnnxSelection(CLASSES, 4, 0.4, 7, false);

    @TempDir
    private Path folder;

    private final SplittableRandom random = new SplittableRandom(3);

    /** Whole corners in and around the image; some boxes are outside, some equal. */
    private double[] anchors() {
        double[] boxes = new double[4 * ANCHORS];
        for (int i = 0; i < ANCHORS; i++) {
            boxes[4 * i] = random.nextInt(-4, 12);
            boxes[4 * i + 1] = random.nextInt(-4, 26);
            boxes[4 * i + 2] = boxes[4 * i] + random.nextInt(1, 5);
            boxes[4 * i + 3] = boxes[4 * i + 1] + random.nextInt(1, 8);
        }
        return boxes;
    }

    private static OnnxCandidates level(int number, double[] anchors, OnnxValue images) {
        OnnxGraph graph = images.graph();
        OnnxValue scores = OnnxLayers.rows(images, CLASSES).slice(1, number * ANCHORS, (number + 1) * ANCHORS);
        OnnxValue zeros = scores.slice(2, 0, 1).op("Mul", graph.numbers(new long[] {4}, new double[4]));
        return new OnnxCandidates(
                scores,
                ranks -> ranks.op("Greater", graph.number(LEAST))
                        .op("Where", ranks, graph.number(OnnxSelection.NO_CANDIDATE)),
                zeros,
                graph.numbers(new long[] {ANCHORS, 4}, anchors),
                (encoded, places) -> places.op("Add", encoded));
    }

    /** Of image n: the same by our own code. */
    private static Detections expected(float[] images, int n, List<double[]> anchors, double nmsThreshold) {
        List<Detections> levels = new ArrayList<>();
        for (int level = 0; level < LEVELS; level++) {
            TopCandidates top = new TopCandidates(RULE.topCandidates());
            for (int i = 0; i < ANCHORS * CLASSES; i++) {
                float score = score(images, n, level, i);
                if (score > LEAST) {
                    top.add(score, i);
                }
            }
            int[] best = top.indexes();
            double[] boxes = new double[4 * best.length];
            double[] scores = new double[best.length];
            int[] classes = new int[best.length];
            for (int i = 0; i < best.length; i++) {
                System.arraycopy(anchors.get(level), 4 * (best[i] / CLASSES), boxes, 4 * i, 4);
                scores[i] = score(images, n, level, best[i]);
                classes[i] = best[i] % CLASSES;
            }
            levels.add(new Detections(boxes, scores, classes));
        }
        return Nms.suppress(levels, nmsThreshold, RULE.maxDetections()).rescale(SIZE, SIZE);
    }

    private static float score(float[] images, int n, int level, int pair) {
        int anchor = level * ANCHORS + pair / CLASSES;
        return images[(n * CLASSES + pair % CLASSES) * LEVELS * ANCHORS + anchor];
    }

    private OnnxSession session(List<double[]> anchors) throws IOException, OrtException {
        OnnxGraph graph = new OnnxGraph();
        Extent batch = Extent.named("batch");
        OnnxValue images = graph.input("images", batch, Extent.of(3), Extent.of(24), Extent.of(10));
        OnnxExport.addDetections(
                RULE, List.of(level(0, anchors.get(0), images), level(1, anchors.get(1), images)), images, batch);
        Path file = folder.resolve("choice.onnx");
        AtomicFile.write(file, OnnxExport.model(graph, Map.of(), 17)::writeTo);
        return new OnnxSession(file);
    }

    /**
     * 3.648 of 9.12 columns, both in float32, are 0.4000000052 in float64: above the threshold 0.4. In float32 it is the threshold itself.
     */
    @Test
    void overlapAtTheThresholdIsDecidedInFloat32() throws IOException, OrtException {
        double[] anchors = new double[4 * ANCHORS];
        System.arraycopy(new double[] {0, 0, 9.12f, 2, 0, 0, 3.648f, 2}, 0, anchors, 0, 8);
        float[] pixels = new float[CLASSES * LEVELS * ANCHORS];
        pixels[0] = 0.9f;
        pixels[1] = 0.8f;
        List<double[]> levels = List.of(anchors, anchors());
        Detections ours = expected(pixels, 0, levels, RULE.nmsThreshold());
        assertThat(ours.scores()).containsExactly(0.9f);
        try (OnnxSession session = session(levels)) {
            Map<String, OnnxSession.Output> found = session.run(pixels, 1, CLASSES, 24, 10);
            assertThat(found.get("scores").values()).startsWith(0.9f, 0.8f, 0);
            Detections theirs = new Detections(
                    Arrays.copyOf(found.get("boxes").values(), 8),
                    Arrays.copyOf(found.get("scores").values(), 2),
                    new int[2]);
            assertThat(new DetectionPairs(ours, theirs).difference().orElseThrow())
                    .startsWith("should not be found: class 0, score 0.8");
            Detections higher = expected(pixels, 0, levels, RULE.nmsThreshold() + 1e-6);
            assertThat(new DetectionPairs(higher, theirs).difference()).isEmpty();
        }
    }

    @Test
    void choosesAsNmsDoes() throws IOException, OrtException {
        List<double[]> anchors = List.of(anchors(), anchors());
        int count = 200;
        float[] pixels = new float[count * CLASSES * LEVELS * ANCHORS];
        for (int i = 0; i < pixels.length; i++) {
            // Few values, so that there are ties; the first images have few candidates or none.
            int image = i / (CLASSES * LEVELS * ANCHORS);
            pixels[i] = random.nextInt(40) / 40f * Math.min(1, image / 20f);
        }
        int chosen = 0;
        try (OnnxSession session = session(anchors)) {
            Map<String, OnnxSession.Output> found = session.run(pixels, count, CLASSES, 24, 10);
            for (int n = 0; n < count; n++) {
                Detections wanted = expected(pixels, n, anchors, RULE.nmsThreshold());
                int size = wanted.size();
                int start = n * RULE.maxDetections();
                chosen += size;
                assertThat(found.get("count").values()[n]).isEqualTo(size);
                assertThat(Arrays.copyOfRange(found.get("labels").values(), start, start + size))
                        .containsExactly(
                                Arrays.stream(wanted.classes()).asDoubleStream().toArray());
                assertThat(Arrays.copyOfRange(found.get("scores").values(), start, start + size))
                        .containsExactly(wanted.scores(), within(0.0));
                assertThat(Arrays.copyOfRange(found.get("boxes").values(), 4 * start, 4 * (start + size)))
                        .containsExactly(wanted.boxes(), within(0.0));
            }
        }
        assertThat(chosen).isBetween(count, count * RULE.maxDetections() - 1);
    }
}
