package dev.retort.detection.model.retinanet;

import dev.retort.detection.box.AnchorLabeler;
import dev.retort.detection.box.BoxCoder;
import dev.retort.detection.box.DetectionPostprocessor;
import dev.retort.detection.box.Detections;
import dev.retort.detection.box.GroundTruth;
import dev.retort.detection.box.ImageSize;
import dev.retort.detection.box.LevelPrediction;
import dev.retort.detection.model.BoxDecoding;
import dev.retort.detection.model.DensePredictions;
import dev.retort.detection.model.PlaceLabels;
import dev.retort.detection.model.Places;
import dev.retort.detection.model.TowerHead;
import dev.retort.detection.model.TowerMaps;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What a RetinaNet says about a batch, per level p3 to p7.
 *
 * @param features [N, H, W, C]
 * @param outputs of the head
 */
public record RetinaNetPredictions(RetinaNet model, List<Tensor> features, List<RetinaNetHead.Output> outputs)
        implements DensePredictions {

    /** Class logits, [N, H*W*A, K]. */
    @Override
    public List<Tensor> logits() {
        return outputs.stream().map(RetinaNetHead.Output::logits).toList();
    }

    /** Box deltas, [N, H*W*A, 4]. */
    public List<Tensor> deltas() {
        return outputs.stream().map(RetinaNetHead.Output::deltas).toList();
    }

    @Override
    public List<Tensor> boxes() {
        return deltas();
    }

    /** {@code classification} and {@code box}, divided by the moving average of foreground anchors. */
    @Override
    public Map<String, Tensor> losses(List<GroundTruth> truth) {
        RetinaNetLoss.Targets targets = targets(truth);
        double divisor = model.normalizer().update(targets.foreground());
        RetinaNetLoss.Losses losses = model.loss().losses(logits(), deltas(), targets, divisor);
        Map<String, Tensor> terms = new LinkedHashMap<>();
        terms.put("classification", losses.classification());
        terms.put("box", losses.box());
        return terms;
    }

    private RetinaNetLoss.Targets targets(List<GroundTruth> truth) {
        return model.loss()
                .targets(
                        model.anchors(features),
                        truth.stream().map(GroundTruth::boxes).toList(),
                        truth.stream().map(GroundTruth::classes).toList());
    }

    @Override
    public PlaceLabels labels(List<GroundTruth> truth) {
        int background = model.options().numClasses();
        return new PlaceLabels(targets(truth).labels().stream()
                .map(labels -> IntStream.of(labels.classes())
                        .map(label -> label == AnchorLabeler.IGNORE
                                ? PlaceLabels.IGNORED
                                : label == background ? PlaceLabels.BACKGROUND : label)
                        .toArray())
                .toList());
    }

    /** Scales are limited from above and from below. */
    @Override
    public Tensor decode(int level, Tensor boxes) {
        return BoxDecoding.decodeBounded(BoxCoder.RETINANET, boxes, model.anchors(features, level));
    }

    @Override
    public boolean areAnchors() {
        return true;
    }

    @Override
    public List<Places> places() {
        List<double[]> anchors = model.anchors(features);
        List<Places> places = new ArrayList<>();
        for (int level = 0; level < RetinaNet.LEVELS; level++) {
            Tensor map = features.get(level);
            places.add(
                    new Places(map.dim(1), map.dim(2), model.options().anchors().perCell(), anchors.get(level)));
        }
        return places;
    }

    @Override
    public List<TowerMaps.Level> keptMaps() {
        return outputs.stream().map(RetinaNetHead.Output::maps).toList();
    }

    @Override
    public TowerHead towers() {
        return model.head();
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
                RetinaNetHead.Output output = outputs.get(level);
                levels.add(new LevelPrediction(
                        anchors.get(level),
                        output.logits().narrow(n, 1).toFloats(),
                        output.deltas().narrow(n, 1).toFloats()));
            }
            found.add(postprocessor.detect(levels, sizes.get(n)));
        }
        return found;
    }
}
