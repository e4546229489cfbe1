package dev.retort.detection.onnx;

/**
 * How detections are chosen among candidates: the best of each level, then suppression within each class over all levels.
 *
 * @param numClasses K
 * @param topCandidates most candidates of a level
 * @param nmsThreshold IoU above which a box of the same class is suppressed
 * @param maxDetections most detections of an image
 * @param clipsFirst whether boxes are clipped to the image before suppression, or only after it
 * @param keepsEmpty whether boxes without area stay, and nothing is clipped after suppression
 */
public record OnnxSelection(
        int numClasses,
        int topCandidates,
        double nmsThreshold,
        int maxDetections,
        boolean clipsFirst,
        boolean keepsEmpty) {
    /** A rule that drops boxes without area. */
    public OnnxSelection(
            int numClasses, int topCandidates, double nmsThreshold, int maxDetections, boolean clipsFirst) {
        this(numClasses, topCandidates, nmsThreshold, maxDetections, clipsFirst, false);
    }

    /** The same rule for a detector that keeps boxes without area, as torchvision does. */
    OnnxSelection withEmpty(boolean kept) {
        return new OnnxSelection(numClasses, topCandidates, nmsThreshold, maxDetections, clipsFirst, kept);
    }

    /** The score of a pair that is no candidate: below that of every candidate. */
    public static final double NO_CANDIDATE = -1;

    /** A score above this is a candidate's. */
    static final double LEAST_SCORE = -0.5;
}
