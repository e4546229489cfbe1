package dev.retort.detection.model.fcos;

import dev.retort.detection.box.Detections;
import dev.retort.detection.box.GroundTruth;
import dev.retort.detection.box.ImageSize;
import dev.retort.detection.model.Predictions;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an FCOS says about a batch, per level p3 to p7.
 *
 * @param padded size of the batch
 * @param features [N, H, W, C]
 */
public record FcosPredictions(Fcos model, ImageSize padded, List<Tensor> features, List<FcosHead.Output> outputs)
        implements Predictions {

    /** {@code classification}, {@code box} and {@code quality}, the third branch's. */
    @Override
    public Map<String, Tensor> losses(List<GroundTruth> truth) {
        FcosTargets targets = FcosTargets.of(model.matcher(), model.options().numClasses(), points(), truth);
        FcosLoss.Losses losses = model.loss()
                .losses(outputs, targets, model.normalizer(targets.foreground().size()));
        Map<String, Tensor> terms = new LinkedHashMap<>();
        terms.put("classification", losses.classification());
        terms.put("box", losses.box());
        terms.put("quality", losses.quality());
        return terms;
    }

    @Override
    public List<Detections> detections(List<ImageSize> sizes) {
        return detections(
                sizes,
                FcosPostprocessor.of(
                        model.options().settings().variant(), model.options().numClasses()));
    }

    List<Detections> detections(List<ImageSize> sizes, FcosPostprocessor postprocessor) {
        List<FcosPoints> points = points();
        List<Detections> found = new ArrayList<>();
        for (int n = 0; n < sizes.size(); n++) {
            List<FcosPostprocessor.Level> levels = new ArrayList<>();
            for (int level = 0; level < outputs.size(); level++) {
                FcosHead.Output output = outputs.get(level);
                levels.add(new FcosPostprocessor.Level(
                        points.get(level),
                        output.logits().narrow(n, 1).toFloats(),
                        output.distances().narrow(n, 1).toFloats(),
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
