package dev.retort.detection.model.fcos;

import dev.retort.detection.box.Detections;
import dev.retort.detection.box.ImageSize;
import java.util.List;

/** What an FCOS finds with another threshold of suppression than its own. */
public final class FcosSuppression {
    private FcosSuppression() {}

    public static List<Detections> detections(FcosPredictions predictions, List<ImageSize> sizes, double nmsThreshold) {
        FcosOptions options = predictions.model().options();
        FcosPostprocessor own = FcosPostprocessor.of(options.settings().variant(), options.numClasses());
        return predictions.detections(
                sizes,
                new FcosPostprocessor(
                        own.numClasses(),
                        own.scoreThreshold(),
                        own.thresholdsClass(),
                        own.topCandidates(),
                        nmsThreshold,
                        own.maxDetections(),
                        own.clipsFirst()));
    }
}
