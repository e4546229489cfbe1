package dev.retort.detection.model.fcos;

import dev.retort.detection.box.Boxes;
import dev.retort.detection.box.Detections;
import dev.retort.detection.box.DistanceCoder;
import dev.retort.detection.box.ImageSize;
import dev.retort.detection.box.Nms;
import dev.retort.detection.box.Scores;
import dev.retort.detection.box.TopCandidates;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Turns FCOS's raw output for one image into detections: on each level the candidates (point, class) above a threshold with the best
 * scores, sqrt(class probability * quality) (arXiv 2006.09214, section 3), are decoded; over all levels together overlapping boxes of
 * the same class are suppressed, and the best of the rest are kept.
 *
 * @param numClasses K
 * @param scoreThreshold a candidate must exceed this; in [0, 1)
 * @param thresholdsClass whether the class probability alone must, or the score
 * @param topCandidates most candidates of a level; on equal scores the lower index goes first
 * @param nmsThreshold IoU above which a box of the same class is suppressed
 * @param maxDetections most detections of an image
 * @param clipsFirst whether boxes are clipped to the image before suppression
 */
public record FcosPostprocessor(
        int numClasses,
        double scoreThreshold,
        boolean thresholdsClass,
        int topCandidates,
        double nmsThreshold,
        int maxDetections,
        boolean clipsFirst) {
    public FcosPostprocessor {
        if (numClasses <= 0 || topCandidates <= 0 || maxDetections <= 0) {
            throw new IllegalArgumentException("The numbers of classes, candidates and detections must be positive: "
                    + numClasses + ", " + topCandidates + ", " + maxDetections);
        }
        if (!(scoreThreshold >= 0 && scoreThreshold < 1)) {
            throw new IllegalArgumentException("The score threshold must be in [0, 1), not " + scoreThreshold);
        }
    }

    /** The variant's settings: 1000 candidates a level, NMS at 0.6, 100 detections. */
    static FcosPostprocessor of(FcosVariant variant, int numClasses) {
        return new FcosPostprocessor(
                numClasses, variant.scoreThreshold(), variant.thresholdsClass(), 1000, 0.6, 100, variant.clipsFirst());
    }

    /**
     * The head's output for one level of one image.
     *
     * @param logits [P * K]
     * @param distances [P * 4], in strides
     * @param quality [P], logits
     */
    public record Level(FcosPoints points, float[] logits, float[] distances, float[] quality) {}

    /**
     * The detections of one image, in the coordinates of the points.
     *
     * @param levels finest first
     * @param size of the image without padding
     * @throws ArithmeticException if a logit or a candidate's distance is NaN: the network has diverged
     */
    public Detections detect(List<Level> levels, ImageSize size) {
        List<Detections> candidates = new ArrayList<>();
        for (int level = 0; level < levels.size(); level++) {
            candidates.add(candidates(levels.get(level), level, size));
        }
        return Nms.suppress(candidates, nmsThreshold, maxDetections);
    }

    private Detections candidates(Level output, int level, ImageSize size) {
        int[] best = best(output, level);
        double[] boxes = new double[4 * best.length];
        double[] scores = new double[best.length];
        int[] classes = new int[best.length];
        for (int i = 0; i < best.length; i++) {
            int point = best[i] / numClasses;
            float[] d = Arrays.copyOfRange(output.distances, 4 * point, 4 * point + 4);
            if (Float.isNaN(d[0]) || Float.isNaN(d[1]) || Float.isNaN(d[2]) || Float.isNaN(d[3])) {
                throw new ArithmeticException("A distance of level " + level + ", point " + point + " is NaN");
            }
            double[] xy = output.points.xy();
            DistanceCoder.decode(
                    xy[2 * point], xy[2 * point + 1], output.points.stride(), d[0], d[1], d[2], d[3], boxes, i);
            scores[i] = score(output, best[i]);
            classes[i] = best[i] % numClasses;
        }
        return new Detections(clipsFirst ? Boxes.clip(boxes, size) : boxes, scores, classes);
    }

    /** Indexes of a level's best pairs (point, class), best first. */
    private int[] best(Level output, int level) {
        float[] logits = output.logits;
        // Even with perfect quality the class probability must exceed this; the margin spares most pairs the
        // exponentials.
        double margin = Scores.logit(thresholdsClass ? scoreThreshold : scoreThreshold * scoreThreshold) - 1e-3;
        TopCandidates top = new TopCandidates(topCandidates);
        for (int i = 0; i < logits.length; i++) {
            // Written so that NaN enters, to be refused.
            if (!(logits[i] <= margin)) {
                double score = score(output, i);
                if (Double.isNaN(score)) {
                    throw new ArithmeticException("A logit of level " + level + ", point " + i / numClasses + ", class "
                            + i % numClasses + " is NaN");
                }
                if ((thresholdsClass ? Scores.sigmoid(logits[i]) : score) > scoreThreshold) {
                    top.add((float) score, i);
                }
            }
        }
        return top.indexes();
    }

    private double score(Level output, int pair) {
        return Math.sqrt(Scores.sigmoid(output.logits[pair]) * Scores.sigmoid(output.quality[pair / numClasses]));
    }
}
