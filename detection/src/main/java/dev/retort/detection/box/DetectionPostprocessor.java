package dev.retort.detection.box;

import java.util.Arrays;
import java.util.List;

/**
 * Turns RetinaNet's raw output for one image into detections (arXiv 1708.02002, section 4, inference): on each level the
 * best candidates (anchor, class) above a score threshold are decoded; over all levels together overlapping boxes of the
 * same class are suppressed, and the best of the rest are kept. Boxes are not clipped here; see
 * {@link Detections#rescale}.
 *
 * @param numClasses K
 * @param scoreThreshold a candidate's sigmoid must exceed this; in [0, 1)
 * @param topCandidates most candidates of a level; on equal logits the lower index goes first
 * @param nmsThreshold IoU above which a box of the same class is suppressed
 * @param maxDetections most detections of an image
 * @param coder decodes the boxes
 */
public record DetectionPostprocessor(
        int numClasses,
        double scoreThreshold,
        int topCandidates,
        double nmsThreshold,
        int maxDetections,
        BoxCoder coder) {
    public DetectionPostprocessor {
        if (numClasses <= 0 || topCandidates <= 0 || maxDetections <= 0) {
            throw new IllegalArgumentException("The numbers of classes, candidates and detections must be positive: "
                    + numClasses + ", " + topCandidates + ", " + maxDetections);
        }
        if (!(scoreThreshold >= 0 && scoreThreshold < 1)) {
            throw new IllegalArgumentException("The score threshold must be in [0, 1), not " + scoreThreshold);
        }
    }

    /** RetinaNet's settings: score above 0.05, 1000 candidates a level, NMS at 0.5, 100 detections. */
    public static DetectionPostprocessor retinaNet(int numClasses) {
        return new DetectionPostprocessor(numClasses, 0.05, 1000, 0.5, 100, BoxCoder.RETINANET);
    }

    /**
     * The detections of one image, in the coordinates of the anchors.
     *
     * @param levels finest first
     * @throws ArithmeticException if a logit or a candidate's deltas are NaN: the network has diverged
     */
    public Detections detect(List<LevelPrediction> levels) {
        long[][] candidates = new long[levels.size()][];
        int total = 0;
        for (int level = 0; level < candidates.length; level++) {
            candidates[level] = candidates(levels.get(level), level);
            total += candidates[level].length;
        }
        double[] boxes = new double[4 * total];
        double[] scores = new double[total];
        int[] classes = new int[total];
        int at = 0;
        for (int level = 0; level < candidates.length; level++) {
            LevelPrediction prediction = levels.get(level);
            float[] deltas = prediction.deltas();
            for (long candidate : candidates[level]) {
                int index = index(candidate);
                int anchor = index / numClasses;
                int d = 4 * anchor;
                coder.decode(
                        prediction.anchors(),
                        anchor,
                        deltas[d],
                        deltas[d + 1],
                        deltas[d + 2],
                        deltas[d + 3],
                        boxes,
                        at);
                requireNumbers(boxes, at, level, anchor);
                scores[at] = sigmoid(prediction.logits()[index]);
                classes[at++] = index % numClasses;
            }
        }
        Detections all = new Detections(boxes, scores, classes);
        return all.select(Nms.nms(boxes, scores, classes, nmsThreshold, maxDetections));
    }

    /** The best candidates of a level as sort keys, best first. */
    private long[] candidates(LevelPrediction prediction, int level) {
        float[] logits = prediction.logits();
        if (logits.length != Boxes.count(prediction.anchors()) * (long) numClasses) {
            throw new IllegalArgumentException("Level " + level + " has " + Boxes.count(prediction.anchors())
                    + " anchors and " + logits.length + " logits, which is not " + numClasses + " classes each");
        }
        // The sigmoid rises, so candidates are found by their logits; the margin only spares most of them the
        // exponential.
        double margin = Math.log(scoreThreshold / (1 - scoreThreshold)) - 1e-3;
        long[] keys = new long[256];
        int count = 0;
        for (int i = 0; i < logits.length; i++) {
            // Written so that NaN enters, to be refused.
            if (!(logits[i] <= margin)) {
                if (Float.isNaN(logits[i])) {
                    throw new ArithmeticException("The logit of level " + level + ", anchor " + i / numClasses
                            + ", class " + i % numClasses + " is NaN");
                }
                if (sigmoid(logits[i]) > scoreThreshold) {
                    if (count == keys.length) {
                        keys = Arrays.copyOf(keys, 2 * count);
                    }
                    keys[count++] = key(logits[i], i);
                }
            }
        }
        Arrays.sort(keys, 0, count);
        return Arrays.copyOf(keys, Math.min(count, topCandidates));
    }

    /** A number that is smaller for a higher logit and, among equal ones, for a lower index. */
    private static long key(float logit, int index) {
        int bits = Float.floatToIntBits(logit + 0.0f);
        // As signed integers, the bits of negative floats run backwards.
        int ascending = bits >= 0 ? bits : bits ^ Integer.MAX_VALUE;
        return (long) ~ascending << 32 | index;
    }

    private static int index(long key) {
        return (int) key;
    }

    private static double sigmoid(double logit) {
        return 1 / (1 + Math.exp(-logit));
    }

    private static void requireNumbers(double[] boxes, int i, int level, int anchor) {
        for (int k = 4 * i; k < 4 * i + 4; k++) {
            if (Double.isNaN(boxes[k])) {
                throw new ArithmeticException("The decoded box of level " + level + ", anchor " + anchor + " has NaN");
            }
        }
    }
}
