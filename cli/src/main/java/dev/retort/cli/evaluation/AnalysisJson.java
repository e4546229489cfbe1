package dev.retort.cli.evaluation;

import dev.retort.detection.data.Category;
import dev.retort.detection.eval.AreaRange;
import dev.retort.detection.eval.Calibration;
import dev.retort.detection.eval.CocoMetric;
import dev.retort.detection.eval.CocoMetrics;
import dev.retort.detection.eval.ConfusionMatrix;
import dev.retort.detection.eval.ErrorAnalysis;
import dev.retort.detection.eval.ErrorKind;
import dev.retort.detection.eval.EvaluationAnalysis;
import dev.retort.detection.eval.GroundTruthSet;
import dev.retort.detection.eval.ImageErrors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * The part {@code analysis} of an evaluation's JSON: sizes, precision-recall curves, the confusion matrix, errors by kind,
 * calibration and the worst images. Fractions from 0 to 1; -1 where there is nothing to find. Classes are named by their ids.
 */
public final class AnalysisJson {
    /** Metrics whose curves are given. */
    static final List<CocoMetric> CURVES = List.of(CocoMetric.AP50, CocoMetric.AP75, CocoMetric.AP);

    private AnalysisJson() {}

    /**
     * The analysis, in the order in which it is written.
     *
     * @param fileNames the file of an image by its id; empty if it is not known
     */
    public static Map<String, Object> of(
            GroundTruthSet truth, CocoMetrics metrics, EvaluationAnalysis analysis, LongFunction<String> fileNames) {
        Map<String, Object> content = new LinkedHashMap<>();
        content.put("images", truth.imageIds().size());
        content.put("objects", objects(truth));
        content.put("curves", curves(metrics));
        content.put("confusion", confusion(analysis.confusion()));
        content.put("errors", errors(analysis.errors()));
        analysis.calibration().ifPresent(calibration -> content.put("calibration", calibration(calibration)));
        content.put(
                "worst",
                analysis.worst().stream().map(image -> worst(image, fileNames)).toList());
        content.put("categories", categories(truth, metrics, analysis.errors()));
        return content;
    }

    private static Map<String, Object> objects(GroundTruthSet truth) {
        Map<String, Object> objects = new LinkedHashMap<>();
        for (AreaRange area : AreaRange.values()) {
            objects.put(
                    area.label(),
                    truth.objects(area).values().stream()
                            .mapToLong(Long::longValue)
                            .sum());
        }
        return objects;
    }

    private static Map<String, Object> curves(CocoMetrics metrics) {
        Map<String, Object> curves = new LinkedHashMap<>();
        curves.put("recall", CocoMetrics.recallLevels());
        CURVES.forEach(metric -> curves.put(metric.label(), metrics.curve(metric)));
        return curves;
    }

    private static Map<String, Object> confusion(ConfusionMatrix confusion) {
        Map<String, Object> content = new LinkedHashMap<>();
        content.put("iou", confusion.iou());
        content.put("score", confusion.score());
        content.put(
                "categories", confusion.categories().stream().map(Category::id).toList());
        content.put("counts", confusion.counts());
        return content;
    }

    private static Map<String, Object> errors(ErrorAnalysis errors) {
        Map<String, Object> content = new LinkedHashMap<>();
        content.put("foregroundIou", ErrorAnalysis.FOREGROUND_IOU);
        content.put("backgroundIou", ErrorAnalysis.BACKGROUND_IOU);
        content.put("AP50", errors.ap50());
        for (ErrorKind kind : ErrorKind.values()) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("count", errors.count(kind));
            entry.put("dAP", errors.gains().get(kind));
            content.put(kind.label(), entry);
        }
        content.put("falsePositives", Map.of("dAP", errors.falsePositives()));
        content.put("falseNegatives", Map.of("dAP", errors.falseNegatives()));
        return content;
    }

    private static Map<String, Object> calibration(Calibration calibration) {
        Map<String, Object> content = new LinkedHashMap<>();
        content.put("iou", calibration.iou());
        content.put("detections", calibration.detections());
        content.put("expectedError", calibration.expectedError());
        content.put("bins", calibration.bins().stream().map(AnalysisJson::bin).toList());
        return content;
    }

    private static Map<String, Object> bin(Calibration.Bin bin) {
        Map<String, Object> content = new LinkedHashMap<>();
        content.put("low", bin.low());
        content.put("high", bin.high());
        content.put("count", bin.count());
        content.put("score", bin.score());
        content.put("precision", bin.precision());
        return content;
    }

    private static Map<String, Object> worst(ImageErrors image, LongFunction<String> fileNames) {
        Map<String, Object> content = new LinkedHashMap<>();
        content.put("image_id", image.imageId());
        content.put("file_name", fileNames.apply(image.imageId()));
        content.put("found", image.found());
        content.put("missed", image.missed());
        content.put("wrong", image.wrong());
        content.put("F1", image.f1());
        return content;
    }

    private static Map<String, Object> categories(GroundTruthSet truth, CocoMetrics metrics, ErrorAnalysis errors) {
        Map<Long, Long> objects = truth.objects(AreaRange.ALL);
        Map<String, Object> content = new LinkedHashMap<>();
        for (int k = 0; k < errors.categories().size(); k++) {
            long id = errors.categories().get(k).id();
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("objects", objects.getOrDefault(id, 0L));
            Map<String, Object> counts = new LinkedHashMap<>();
            for (ErrorKind kind : ErrorKind.values()) {
                counts.put(kind.label(), errors.counts()[k][kind.ordinal()]);
            }
            entry.put("errors", counts);
            Map<String, Object> curves = new LinkedHashMap<>();
            CURVES.forEach(metric -> curves.put(metric.label(), metrics.curve(metric, id)));
            entry.put("curves", curves);
            content.put(Long.toString(id), entry);
        }
        return content;
    }
}
