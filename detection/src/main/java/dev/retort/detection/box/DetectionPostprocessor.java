package dev.retort.detection.box;

import java.util.ArrayList;
import java.util.List;

/**
 * Turns the raw output of anchors, as RetinaNet's, for one image into detections (arXiv 1708.02002, section 4, inference): on each level the
 * best candidates (anchor, class) above a score threshold are decoded; over all levels together overlapping boxes of the
 * same class are suppressed, and the best of the rest are kept. Unless they are
 * clipped first, boxes may reach beyond the image; see {@link Detections#rescale}.
 *
 * @param numClasses K
 * @param scoreThreshold a candidate's sigmoid must exceed this; in [0, 1)
 * @param topCandidates most candidates of a level; on equal logits the lower index goes first
 * @param nmsThreshold IoU above which a box of the same class is suppressed
 * @param maxDetections most detections of an image
 * @param clipsFirst whether boxes are clipped to the image before suppression
 */
public record DetectionPostprocessor(
        int numClasses,
        double scoreThreshold,
        int topCandidates,
        double nmsThreshold,
        int maxDetections,
        boolean clipsFirst) {
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
        return new DetectionPostprocessor(numClasses, 0.05, 1000, 0.5, 100, false);
    }

    /**
     * The detections of one image, in the coordinates of the anchors.
     *
     * @param levels finest first
     * @param size of the image without padding
     * @throws ArithmeticException if a logit or a candidate's box is NaN: the network has diverged
     */
    public Detections detect(List<LevelPrediction> levels, ImageSize size) {
        List<Detections> candidates = new ArrayList<>();
        for (int level = 0; level < levels.size(); level++) {
            candidates.add(candidates(levels.get(level), level, size));
        }
        return Nms.suppress(candidates, nmsThreshold, maxDetections);
    }

    private Detections candidates(LevelPrediction prediction, int level, ImageSize size) {
        int[] best = best(prediction, level);
        double[] boxes = new double[4 * best.length];
        double[] scores = new double[best.length];
        int[] classes = new int[best.length];
        float[] encoded = prediction.boxes();
        for (int i = 0; i < best.length; i++) {
            int anchor = best[i] / numClasses;
            int at = 4 * anchor;
            prediction
                    .decoder()
                    .decode(
                            prediction.anchors(),
                            anchor,
                            encoded[at],
                            encoded[at + 1],
                            encoded[at + 2],
                            encoded[at + 3],
                            boxes,
                            i);
            requireNumbers(boxes, i, level, anchor);
            scores[i] = Scores.sigmoid(prediction.logits()[best[i]]);
            classes[i] = best[i] % numClasses;
        }
        return new Detections(clipsFirst ? Boxes.clip(boxes, size) : boxes, scores, classes);
    }

    /** Indexes of a level's best pairs (anchor, class), best first. */
    private int[] best(LevelPrediction prediction, int level) {
        float[] logits = prediction.logits();
        if (logits.length != Boxes.count(prediction.anchors()) * (long) numClasses) {
            throw new IllegalArgumentException("Level " + level + " has " + Boxes.count(prediction.anchors())
                    + " anchors and " + logits.length + " logits, which is not " + numClasses + " classes each");
        }
        // The sigmoid rises, so candidates are found by their logits; the margin only spares most of them the
        // exponential.
        double margin = Scores.logit(scoreThreshold) - 1e-3;
        TopCandidates top = new TopCandidates(topCandidates);
        for (int i = 0; i < logits.length; i++) {
            // Written so that NaN enters, to be refused.
            if (!(logits[i] <= margin)) {
                if (Float.isNaN(logits[i])) {
                    throw new ArithmeticException("The logit of level " + level + ", anchor " + i / numClasses
                            + ", class " + i % numClasses + " is NaN");
                }
                if (Scores.sigmoid(logits[i]) > scoreThreshold) {
                    top.add(logits[i], i);
                }
            }
        }
        return top.indexes();
    }

    private static void requireNumbers(double[] boxes, int i, int level, int anchor) {
        for (int k = 4 * i; k < 4 * i + 4; k++) {
            if (Double.isNaN(boxes[k])) {
                throw new ArithmeticException("The decoded box of level " + level + ", anchor " + anchor + " has NaN");
            }
        }
    }
}
