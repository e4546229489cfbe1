package dev.retort.detection.model.retinanet;

import dev.retort.detection.box.EmaNormalizer;
import dev.retort.detection.box.ImageSize;
import dev.retort.detection.model.PyramidDetector;
import dev.retort.detection.model.Taps;
import dev.retort.detection.onnx.OnnxExportable;
import dev.retort.detection.onnx.OnnxForm;
import dev.retort.nn.BuildContext;
import dev.retort.nn.parallel.Communicator;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** RetinaNet (arXiv 1708.02002) as detectron2 builds it: ResNet, feature pyramid p3 to p7, one head for all levels. */
public final class RetinaNet extends PyramidDetector implements OnnxExportable {
    /** Pyramid levels p3 to p7. */
    public static final int LEVELS = 5;

    private static final int FINEST_STRIDE = 8;

    private final RetinaNetOptions options;
    private final RetinaNetLoss loss;
    private final EmaNormalizer normalizer = new EmaNormalizer();
    private final RetinaNetHead head;

    /** A RetinaNet with the published losses. */
    public RetinaNet(BuildContext context, RetinaNetOptions options) {
        this(context, options, RetinaNetLoss.of(options));
    }

    /** A RetinaNet with losses of one's own. */
    public RetinaNet(BuildContext context, RetinaNetOptions options, RetinaNetLoss loss) {
        super(context, options.backbone(), options.pyramid());
        this.options = options;
        this.loss = loss;
        head = child(
                "head",
                at -> new RetinaNetHead(
                        at,
                        options.pyramid().channels(),
                        options.headConvolutions(),
                        options.headGroups(),
                        options.anchors().perCell(),
                        options.boxes(),
                        options.numClasses()));
    }

    public RetinaNetOptions options() {
        return options;
    }

    @Override
    public RetinaNetHead head() {
        return head;
    }

    @Override
    public RetinaNetPredictions forward(Tensor images) {
        return forward(images, Taps.NONE);
    }

    @Override
    public RetinaNetPredictions forward(Tensor images, Taps taps) {
        List<Tensor> features = features(images);
        List<RetinaNetHead.Output> outputs = new ArrayList<>();
        for (Tensor level : features) {
            outputs.add(head.forward(level, taps));
        }
        return new RetinaNetPredictions(this, features, outputs);
    }

    @Override
    public OnnxForm onnxForm() {
        return new RetinaNetOnnx(this);
    }

    /** Anchors of each level of an output: [H*W*A * 4] XYXY. */
    public List<double[]> anchors(List<Tensor> features) {
        List<double[]> anchors = new ArrayList<>();
        for (int level = 0; level < LEVELS; level++) {
            anchors.add(anchors(features, level));
        }
        return anchors;
    }

    /** Anchors of one level of an output: [H*W*A * 4] XYXY. */
    double[] anchors(List<Tensor> features, int level) {
        // Batches are multiples of 32 pixels, so the finest level tells their size.
        ImageSize batch = new ImageSize(
                FINEST_STRIDE * features.get(0).dim(1),
                FINEST_STRIDE * features.get(0).dim(2));
        Tensor map = features.get(level);
        return options.anchors().anchors(level, map.dim(1), map.dim(2), batch);
    }

    RetinaNetLoss loss() {
        return loss;
    }

    EmaNormalizer normalizer() {
        return normalizer;
    }

    @Override
    public Map<String, String> trainingState() {
        return normalizer.state();
    }

    @Override
    public void restoreTrainingState(Map<String, String> state) {
        normalizer.restore(state);
    }

    @Override
    public void setRanks(Communicator ranks) {
        normalizer.setRanks(ranks);
    }
}
