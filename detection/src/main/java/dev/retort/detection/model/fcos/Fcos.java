package dev.retort.detection.model.fcos;

import dev.retort.detection.box.EmaNormalizer;
import dev.retort.detection.box.ImageSize;
import dev.retort.detection.model.PyramidDetector;
import dev.retort.detection.model.Taps;
import dev.retort.detection.onnx.OnnxExportable;
import dev.retort.detection.onnx.OnnxForm;
import dev.retort.nn.BuildContext;
import dev.retort.nn.backbone.PyramidOptions;
import dev.retort.nn.parallel.Communicator;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * FCOS (arXiv 1904.01355, 2006.09214): every point of the pyramid's maps predicts a class and its distances to the four edges of a box.
 * ResNet, feature pyramid p3 to p7, one head for all levels.
 */
public final class Fcos extends PyramidDetector implements OnnxExportable {
    /** Pyramid levels p3 to p7. */
    public static final int LEVELS = 5;

    /** What detectron2's moving average starts from, and its momentum. */
    private static final double FIRST_NORMALIZER = 300;

    private static final double MOMENTUM = 0.9;

    private final FcosOptions options;
    private final FcosMatcher matcher;
    private final FcosLoss loss;
    private final EmaNormalizer average = new EmaNormalizer(FIRST_NORMALIZER, MOMENTUM);
    private final FcosHead head;

    public Fcos(BuildContext context, FcosOptions options) {
        super(context, options.backbone(), PyramidOptions.fcos(options.pyramidChannels()));
        this.options = options;
        FcosSettings settings = options.settings();
        matcher = FcosMatcher.of(settings);
        loss = new FcosLoss(settings.variant(), settings.boxQuality(), settings.boxes(), options.numClasses());
        head = child(
                "head",
                at -> new FcosHead(
                        at,
                        options.pyramidChannels(),
                        options.headConvolutions(),
                        options.groups(),
                        settings.boxes(),
                        options.numClasses(),
                        settings.variant().scalesLevels() ? LEVELS : 0));
    }

    public FcosOptions options() {
        return options;
    }

    @Override
    public FcosHead head() {
        return head;
    }

    @Override
    public FcosPredictions forward(Tensor images) {
        return forward(images, Taps.NONE);
    }

    @Override
    public FcosPredictions forward(Tensor images, Taps taps) {
        List<Tensor> features = features(images);
        List<FcosHead.Output> outputs = new ArrayList<>();
        for (int level = 0; level < LEVELS; level++) {
            outputs.add(head.forward(features.get(level), level, taps));
        }
        return new FcosPredictions(this, new ImageSize(images.dim(1), images.dim(2)), features, outputs);
    }

    @Override
    public OnnxForm onnxForm() {
        return new FcosOnnx(this);
    }

    FcosMatcher matcher() {
        return matcher;
    }

    FcosLoss loss() {
        return loss;
    }

    /** What losses are divided by, a batch with so many foreground points counted in. */
    double normalizer(int foreground) {
        return options.settings().variant().averagesNormalizer() ? average.update(foreground) : Math.max(foreground, 1);
    }

    @Override
    public Map<String, String> trainingState() {
        return options.settings().variant().averagesNormalizer() ? average.state() : Map.of();
    }

    @Override
    public void restoreTrainingState(Map<String, String> state) {
        if (options.settings().variant().averagesNormalizer()) {
            average.restore(state);
        }
    }

    @Override
    public void setRanks(Communicator ranks) {
        average.setRanks(ranks);
    }
}
