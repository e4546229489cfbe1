package dev.retort.detection.model.retinanet;

import dev.retort.detection.box.AnchorLabeler;
import dev.retort.detection.box.BoxCoder;
import dev.retort.detection.box.DetectionPostprocessor;
import dev.retort.detection.box.Detections;
import dev.retort.detection.box.DistanceCoder;
import dev.retort.detection.box.GroundTruth;
import dev.retort.detection.box.ImageSize;
import dev.retort.detection.box.LevelPrediction;
import dev.retort.detection.model.BoxDecoding;
import dev.retort.detection.model.BoxOutput;
import dev.retort.detection.model.DensePredictions;
import dev.retort.detection.model.PlaceLabels;
import dev.retort.detection.model.Places;
import dev.retort.detection.model.TowerHead;
import dev.retort.detection.model.TowerMaps;
import dev.retort.tensor.Scope;
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

    /** What the head says of boxes: deltas, [N, H*W*A, 4], or logits of distributions, [N, H*W*A, 4 * 17]. */
    public List<Tensor> encodedBoxes() {
        return outputs.stream().map(RetinaNetHead.Output::boxes).toList();
    }

    @Override
    public Tensor boxes(int level) {
        return model.options().boxes().numbers(outputs.get(level).boxes());
    }

    @Override
    public List<Tensor> distributions() {
        return isDirect() ? List.of() : encodedBoxes();
    }

    private boolean isDirect() {
        return model.options().boxes() == BoxOutput.DIRECT;
    }

    /**
     * {@code classification} and {@code box}, and {@code distribution} where boxes are distributions; divided by the moving average of
     * foreground anchors.
     */
    @Override
    public Map<String, Tensor> losses(List<GroundTruth> truth) {
        RetinaNetLoss.Targets targets = targets(truth);
        double divisor = model.normalizer().update(targets.foreground());
        RetinaNetLoss.Losses losses = model.loss().losses(logits(), encodedBoxes(), targets, divisor);
        Map<String, Tensor> terms = new LinkedHashMap<>();
        terms.put("classification", losses.classification());
        terms.put("box", losses.box());
        losses.distribution().ifPresent(loss -> terms.put("distribution", loss));
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

    /** Scales of deltas are limited from above and from below. */
    @Override
    public Tensor decode(int level, Tensor boxes) {
        double[] anchors = model.anchors(features, level);
        return isDirect()
                ? BoxDecoding.decodeBounded(BoxCoder.RETINANET, boxes, anchors)
                : BoxDecoding.decodeCenterDistances(boxes, anchors, stride(level));
    }

    private int stride(int level) {
        return model.options().anchors().strides().get(level);
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
        try (Scope scope = Scope.open()) {
            List<Tensor> boxes =
                    IntStream.range(0, RetinaNet.LEVELS).mapToObj(this::boxes).toList();
            return detections(sizes, boxes, postprocessor);
        }
    }

    private List<Detections> detections(
            List<ImageSize> sizes, List<Tensor> boxes, DetectionPostprocessor postprocessor) {
        List<double[]> anchors = model.anchors(features);
        List<Detections> found = new ArrayList<>();
        for (int n = 0; n < sizes.size(); n++) {
            List<LevelPrediction> levels = new ArrayList<>();
            for (int level = 0; level < RetinaNet.LEVELS; level++) {
                levels.add(new LevelPrediction(
                        anchors.get(level),
                        outputs.get(level).logits().narrow(n, 1).toFloats(),
                        boxes.get(level).narrow(n, 1).toFloats(),
                        isDirect() ? BoxCoder.RETINANET : DistanceCoder.fromCenters(stride(level))));
            }
            found.add(postprocessor.detect(levels, sizes.get(n)));
        }
        return found;
    }
}
