package dev.retort.detection.model.retinanet;

import dev.retort.detection.box.DetectionPostprocessor;
import dev.retort.detection.box.Detections;
import dev.retort.detection.box.GroundTruth;
import dev.retort.detection.box.ImageSize;
import dev.retort.detection.box.LevelPrediction;
import dev.retort.detection.model.Predictions;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a RetinaNet says about a batch, per level p3 to p7.
 *
 * @param features [N, H, W, C]
 * @param logits [N, H*W*A, K]
 * @param deltas [N, H*W*A, 4]
 */
public record RetinaNetPredictions(RetinaNet model, List<Tensor> features, List<Tensor> logits, List<Tensor> deltas)
        implements Predictions {

    /** {@code classification} and {@code box}, divided by the moving average of foreground anchors. */
    @Override
    public Map<String, Tensor> losses(List<GroundTruth> truth) {
        RetinaNetLoss.Targets targets = model.loss()
                .targets(
                        model.anchors(features),
                        truth.stream().map(GroundTruth::boxes).toList(),
                        truth.stream().map(GroundTruth::classes).toList());
        double divisor = model.normalizer().update(targets.foreground());
        RetinaNetLoss.Losses losses = model.loss().losses(logits, deltas, targets, divisor);
        Map<String, Tensor> terms = new LinkedHashMap<>();
        terms.put("classification", losses.classification());
        terms.put("box", losses.box());
        return terms;
    }

    @Override
    public List<Detections> detections(List<ImageSize> sizes) {
        return detections(sizes, model.options().postprocessor());
    }

    List<Detections> detections(List<ImageSize> sizes, DetectionPostprocessor postprocessor) {
        List<double[]> anchors = model.anchors(features);
        List<Detections> found = new ArrayList<>();
        for (int n = 0; n < sizes.size(); n++) {
            List<LevelPrediction> levels = new ArrayList<>();
            for (int level = 0; level < RetinaNet.LEVELS; level++) {
                levels.add(new LevelPrediction(
                        anchors.get(level),
                        logits.get(level).narrow(n, 1).toFloats(),
                        deltas.get(level).narrow(n, 1).toFloats()));
            }
            found.add(postprocessor.detect(levels, sizes.get(n)));
        }
        return found;
    }
}
