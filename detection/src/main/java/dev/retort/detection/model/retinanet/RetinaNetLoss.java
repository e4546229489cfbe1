package dev.retort.detection.model.retinanet;

import dev.retort.detection.box.AnchorLabeler;
import dev.retort.detection.box.Matcher;
import dev.retort.detection.model.BoxDistribution;
import dev.retort.detection.model.BoxOutput;
import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * RetinaNet's losses, as detectron2's: focal loss summed over the valid anchors and classes, box loss summed over the
 * foreground anchors; both divided by a normalizer that the caller keeps.
 *
 * @param alpha and gamma of the focal loss: 0.25 and 2
 * @param box what boxes are compared by
 */
public record RetinaNetLoss(AnchorLabeler labeler, double alpha, double gamma, Box box) {

    /** How a predicted box is held against its target. */
    public sealed interface Box {
        /** On encoded deltas; beta 0 is L1. */
        record SmoothL1(double beta) implements Box {}

        /** On decoded boxes. */
        record Giou() implements Box {}

        /**
         * On distributions (generalized focal loss, arXiv 2006.04388, section 3.2): 2 times the generalized IoU loss of the expected boxes, and
         * 0.25 times {@link BoxDistribution#focalLoss}. The paper weights both by the score of the class, as its own loss of classes has it;
         * here all foreground anchors count alike.
         *
         * @param strides of the levels, what distances are measured in
         */
        record Distribution(List<Integer> strides) implements Box {
            static final double GIOU_WEIGHT = 2;
        }
    }

    /** The published losses of a network. */
    static RetinaNetLoss of(RetinaNetOptions options) {
        RetinaNetLoss standard = standard(new AnchorLabeler(Matcher.RETINANET, options.numClasses()));
        return options.boxes() == BoxOutput.DIRECT
                ? standard
                : new RetinaNetLoss(
                        standard.labeler,
                        standard.alpha,
                        standard.gamma,
                        new Box.Distribution(options.anchors().strides()));
    }

    /** The published setting: alpha 0.25, gamma 2, L1. */
    public static RetinaNetLoss standard(AnchorLabeler labeler) {
        return new RetinaNetLoss(labeler, 0.25, 2, new Box.SmoothL1(0));
    }

    /**
     * The targets of a batch, made once and shared by models with the same anchors.
     *
     * @param anchors per level, [R_l * 4]
     * @param labels per image, over all levels joined
     * @param boxes per image, ground truth [n * 4]
     */
    public record Targets(List<double[]> anchors, List<AnchorLabeler.Labels> labels, List<double[]> boxes) {
        /** Number of foreground anchors in the batch. */
        public long foreground() {
            return labels.stream().mapToLong(l -> l.foreground().length).sum();
        }
    }

    /**
     * The losses, scalars.
     *
     * @param distribution of {@link Box.Distribution} alone
     */
    public record Losses(Tensor classification, Tensor box, Optional<Tensor> distribution) {}

    /**
     * Labels every anchor of every image.
     *
     * @param anchors per level, [R_l * 4] XYXY
     * @param boxes per image, [n * 4] XYXY in pixels of the batch
     * @param classes per image, [n]
     */
    public Targets targets(List<double[]> anchors, List<double[]> boxes, List<int[]> classes) {
        double[] joined = join(anchors);
        List<AnchorLabeler.Labels> labels = new ArrayList<>();
        for (int n = 0; n < boxes.size(); n++) {
            labels.add(labeler.label(joined, boxes.get(n), classes.get(n)));
        }
        return new Targets(anchors, labels, boxes);
    }

    /**
     * @param logits per level, [N, R_l, K]
     * @param encoded boxes per level, [N, R_l, 4], or [N, R_l, 4 * 17] for {@link Box.Distribution}
     * @param normalizer what the sums are divided by, this batch already counted in
     */
    public Losses losses(List<Tensor> logits, List<Tensor> encoded, Targets targets, double normalizer) {
        try (Scope scope = Scope.open()) {
            Tensor classification = null;
            List<Tensor> boxes = List.of();
            int start = 0;
            for (int level = 0; level < logits.size(); level++) {
                Tensor classLoss = classLoss(logits.get(level), targets, start);
                List<Tensor> boxLosses =
                        ForegroundBoxes.of(targets, level, start).losses(box, encoded.get(level), level);
                classification = classification == null ? classLoss : classification.add(classLoss);
                boxes = boxes.isEmpty() ? boxLosses : sums(boxes, boxLosses);
                start += logits.get(level).dim(1);
            }
            // From the host as the targets are: a number that changes with every batch is data, not a part of the
            // computation.
            Tensor share = classification
                    .backend()
                    .root()
                    .tensor(new double[] {1 / normalizer}, Shape.SCALAR, classification.dtype());
            List<Tensor> divided =
                    boxes.stream().map(loss -> scope.keep(loss.mul(share))).toList();
            return new Losses(
                    scope.keep(classification.mul(share)),
                    divided.get(0),
                    divided.stream().skip(1).findFirst());
        }
    }

    private static List<Tensor> sums(List<Tensor> a, List<Tensor> b) {
        return IntStream.range(0, a.size())
                .mapToObj(i -> a.get(i).add(b.get(i)))
                .toList();
    }

    /** Focal loss summed over the anchors [start, start + R) of every image, ignored ones left out. */
    private Tensor classLoss(Tensor logits, Targets targets, int start) {
        int images = logits.dim(0);
        int anchors = logits.dim(1);
        int numClasses = logits.dim(2);
        float[] oneHot = new float[Math.toIntExact(logits.size())];
        float[] valid = new float[images * anchors];
        for (int n = 0; n < images; n++) {
            int[] classes = targets.labels.get(n).classes();
            for (int a = 0; a < anchors; a++) {
                int label = classes[start + a];
                valid[n * anchors + a] = label == AnchorLabeler.IGNORE ? 0 : 1;
                if (label >= 0 && label < numClasses) {
                    oneHot[(n * anchors + a) * numClasses + label] = 1;
                }
            }
        }
        try (Scope scope = Scope.open()) {
            Tensor wanted = constant(logits, oneHot, logits.shape());
            Tensor mask = constant(logits, valid, Shape.of(images, anchors, 1));
            return scope.keep(logits.backend()
                    .sigmoidFocalLoss(logits, wanted, alpha, gamma)
                    .mul(mask)
                    .sum());
        }
    }

    private static Tensor constant(Tensor like, float[] values, Shape shape) {
        Backend root = like.backend().root();
        Tensor tensor = root.upload(values, shape, DType.F32);
        return like.dtype() == DType.F32 ? tensor : root.cast(tensor, like.dtype());
    }

    static double[] join(List<double[]> parts) {
        double[] joined = new double[parts.stream().mapToInt(p -> p.length).sum()];
        int at = 0;
        for (double[] part : parts) {
            System.arraycopy(part, 0, joined, at, part.length);
            at += part.length;
        }
        return joined;
    }
}
