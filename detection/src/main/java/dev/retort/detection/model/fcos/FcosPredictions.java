package dev.retort.detection.model.fcos;

import dev.retort.detection.box.Detections;
import dev.retort.detection.box.GroundTruth;
import dev.retort.detection.box.ImageSize;
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
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What an FCOS says about a batch, per level p3 to p7.
 *
 * @param padded size of the batch
 * @param features [N, H, W, C]
 */
public record FcosPredictions(Fcos model, ImageSize padded, List<Tensor> features, List<FcosHead.Output> outputs)
        implements DensePredictions {

    /**
     * {@code classification}, {@code box} and {@code quality}, the third branch's; and {@code distribution} where boxes are
     * distributions.
     */
    @Override
    public Map<String, Tensor> losses(List<GroundTruth> truth) {
        FcosTargets targets = targets(truth);
        FcosLoss.Losses losses = model.loss()
                .losses(outputs, targets, model.normalizer(targets.foreground().size()));
        Map<String, Tensor> terms = new LinkedHashMap<>();
        terms.put("classification", losses.classification());
        terms.put("box", losses.box());
        terms.put("quality", losses.quality());
        losses.distribution().ifPresent(loss -> terms.put("distribution", loss));
        return terms;
    }

    private FcosTargets targets(List<GroundTruth> truth) {
        return FcosTargets.of(model.matcher(), model.options().numClasses(), points(), truth);
    }

    @Override
    public List<Tensor> logits() {
        return outputs.stream().map(FcosHead.Output::logits).toList();
    }

    /** Distances in strides. */
    @Override
    public Tensor boxes(int level) {
        return output().numbers(outputs.get(level).boxes());
    }

    @Override
    public List<Tensor> distributions() {
        return output() == BoxOutput.DIRECT
                ? List.of()
                : outputs.stream().map(FcosHead.Output::boxes).toList();
    }

    private BoxOutput output() {
        return model.options().settings().boxes();
    }

    @Override
    public Tensor decode(int level, Tensor boxes) {
        FcosPoints points = points().get(level);
        double[] strides = new double[points.count()];
        Arrays.fill(strides, points.stride());
        return BoxDecoding.decodeDistances(boxes, points.xy(), strides);
    }

    @Override
    public boolean areAnchors() {
        return false;
    }

    @Override
    public List<Places> places() {
        List<Places> places = new ArrayList<>();
        for (FcosPoints points : points()) {
            Tensor map = features.get(places.size());
            places.add(new Places(map.dim(1), map.dim(2), 1, points.squares()));
        }
        return places;
    }

    /** No point is ignored. */
    @Override
    public PlaceLabels labels(List<GroundTruth> truth) {
        FcosTargets targets = targets(truth);
        int[] starts = new int[targets.points().size() + 1];
        for (int level = 0; level < targets.points().size(); level++) {
            starts[level + 1] = starts[level] + targets.points().get(level).count();
        }
        List<int[]> classes = new ArrayList<>();
        for (int image = 0; image < truth.size(); image++) {
            int[] labels = new int[starts[starts.length - 1]];
            Arrays.fill(labels, PlaceLabels.BACKGROUND);
            classes.add(labels);
        }
        for (FcosTargets.Foreground point : targets.foreground()) {
            classes.get(point.image())[starts[point.level()] + point.index()] =
                    truth.get(point.image()).classes()[point.box()];
        }
        return new PlaceLabels(classes);
    }

    @Override
    public List<TowerMaps.Level> keptMaps() {
        return outputs.stream().map(FcosHead.Output::maps).toList();
    }

    @Override
    public TowerHead towers() {
        return model.head();
    }

    @Override
    public List<Detections> detections(List<ImageSize> sizes) {
        return detections(
                sizes,
                FcosPostprocessor.of(
                        model.options().settings().variant(), model.options().numClasses()));
    }

    List<Detections> detections(List<ImageSize> sizes, FcosPostprocessor postprocessor) {
        try (Scope scope = Scope.open()) {
            List<Tensor> distances =
                    IntStream.range(0, Fcos.LEVELS).mapToObj(this::boxes).toList();
            return detections(sizes, distances, postprocessor);
        }
    }

    private List<Detections> detections(
            List<ImageSize> sizes, List<Tensor> distances, FcosPostprocessor postprocessor) {
        List<FcosPoints> points = points();
        List<Detections> found = new ArrayList<>();
        for (int n = 0; n < sizes.size(); n++) {
            List<FcosPostprocessor.Level> levels = new ArrayList<>();
            for (int level = 0; level < outputs.size(); level++) {
                FcosHead.Output output = outputs.get(level);
                levels.add(new FcosPostprocessor.Level(
                        points.get(level),
                        output.logits().narrow(n, 1).toFloats(),
                        distances.get(level).narrow(n, 1).toFloats(),
                        output.quality().narrow(n, 1).toFloats()));
            }
            found.add(postprocessor.detect(levels, sizes.get(n)));
        }
        return found;
    }

    private List<FcosPoints> points() {
        return FcosPoints.of(model.options().settings().variant(), padded, features);
    }
}
