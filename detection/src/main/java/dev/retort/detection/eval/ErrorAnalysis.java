package dev.retort.detection.eval;

import dev.retort.detection.data.Category;
import java.util.List;
import java.util.Map;

/**
 * Errors by kind, and what each kind costs, after Bolya et al., "TIDE: A General Toolbox for Identifying Object Detection
 * Errors" (ECCV 2020, arXiv 2008.08115), sections 2.2 and 2.3: the gain of a kind is AP50 as it would be if an oracle put that
 * kind alone right, less AP50 as it is. Gains do not add up to what is missing from 1.
 *
 * <p>The oracle gives a classification error the class of its object, and a localization error its place; where the object has
 * been found already, or several errors of the kind have the same object, only the one of the highest score is put right and the
 * others are removed. It removes errors of kind both, duplicate and background, and no longer asks for missed objects. A class
 * that has no other object left counts as found whole then, where the paper says nothing.
 *
 * <p>A detection that fits several kinds is the first of: localization, classification, duplicate, background, both. Crowds are no
 * objects, and detections in a crowd of their class no errors. As in {@link CocoMetric#AP50}, an image and class have 100
 * detections at most, and classes without objects do not count.
 *
 * @param ap50 AP at IoU 0.5, equal to {@link CocoMetric#AP50}; -1 if there is nothing to find
 * @param gains what each kind costs, in [0, 1]
 * @param falsePositives gain if all detections that found no object were removed (section 2.3)
 * @param falseNegatives gain if no object were asked for that was not found (section 2.3)
 * @param categories ascending by id
 * @param counts [categories][kinds]: errors by the class of the detection, or of the missed object
 */
public record ErrorAnalysis(
        double ap50,
        Map<ErrorKind, Double> gains,
        double falsePositives,
        double falseNegatives,
        List<Category> categories,
        long[][] counts) {
    /** Least overlap of a detection that is on an object. */
    public static final double FOREGROUND_IOU = 0.5;
    /** Largest overlap of a detection that is on nothing. */
    public static final double BACKGROUND_IOU = 0.1;

    public ErrorAnalysis {
        gains = Map.copyOf(gains);
        categories = List.copyOf(categories);
    }

    /** Errors of a kind, over all classes. */
    public long count(ErrorKind kind) {
        long sum = 0;
        for (long[] row : counts) {
            sum += row[kind.ordinal()];
        }
        return sum;
    }
}
