package dev.retort.detection.eval;

import java.util.List;
import java.util.Optional;

/**
 * Where detections go wrong, beyond {@link CocoMetrics}. Images are looked at one after the other; what is kept is a few numbers
 * for each detection and (classes + 1)^2 counts.
 *
 * @param calibration empty if there are scores outside of 0 to 1
 * @param worst images, the worst first: those with the lowest F1; of equal ones those with more errors
 */
public record EvaluationAnalysis(
        ConfusionMatrix confusion, ErrorAnalysis errors, Optional<Calibration> calibration, List<ImageErrors> worst) {
    /** The IoU from which on a detection has found an object, in all of this. */
    public static final double IOU = ErrorAnalysis.FOREGROUND_IOU;

    public EvaluationAnalysis {
        worst = List.copyOf(worst);
    }

    /**
     * Analyses detections.
     *
     * @param score from which on detections count in the confusion matrix and in the choice of the worst images; errors by kind
     *     and calibration take all detections, as AP does
     * @param images most of the worst images to list
     * @throws IllegalArgumentException if a detection names an unknown image or category or is not finite
     */
    public static EvaluationAnalysis of(GroundTruthSet truth, List<Detection> detections, double score, int images) {
        truth.check(detections);
        ConfusionMatrix.Counter confusion = new ConfusionMatrix.Counter(truth.sortedCategories(), IOU, score);
        ErrorSorter errors = new ErrorSorter(truth.sortedCategories());
        Calibration.Counter calibration = new Calibration.Counter(IOU);
        ImageErrors.Worst worst = new ImageErrors.Worst(score, images);
        ImageScene.forEach(truth, detections, IOU, scene -> {
            confusion.add(scene);
            errors.add(scene);
            calibration.add(scene);
            worst.add(scene);
        });
        return new EvaluationAnalysis(confusion.result(), errors.result(), calibration.result(), worst.result());
    }
}
