package dev.retort.detection.model.retinanet;

import dev.retort.detection.box.DetectionPostprocessor;
import dev.retort.detection.box.Detections;
import dev.retort.detection.box.ImageSize;
import java.util.List;

/** What a RetinaNet finds with another threshold of suppression than its own. */
public final class RetinaNetSuppression {
    private RetinaNetSuppression() {}

    public static List<Detections> detections(
            RetinaNetPredictions predictions, List<ImageSize> sizes, double nmsThreshold) {
        DetectionPostprocessor own = predictions.model().options().postprocessor();
        return predictions.detections(
                sizes,
                new DetectionPostprocessor(
                        own.numClasses(),
                        own.scoreThreshold(),
                        own.topCandidates(),
                        nmsThreshold,
                        own.maxDetections(),
                        own.clipsFirst()));
    }
}
