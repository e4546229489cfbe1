package dev.retort.acceptance.golden;

import dev.retort.detection.box.AnchorGenerator;
import dev.retort.detection.box.AnchorLabeler;
import dev.retort.detection.box.Matcher;
import dev.retort.detection.model.retinanet.RetinaNet;
import dev.retort.detection.model.retinanet.RetinaNetLoss;
import dev.retort.detection.model.retinanet.RetinaNetOptions;
import dev.retort.nn.BuildContext;
import dev.retort.nn.Module;
import dev.retort.nn.Norm;
import dev.retort.nn.backbone.ResNetOptions;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/** What the checks of whole networks share: attributes as options, images as a batch, parameters in our order of axes. */
final class Networks {
    /** The file's NCHW and OIHW to ours. */
    static final int[] CHANNELS_LAST = {0, 2, 3, 1};
    /** Ours to the file's. */
    static final int[] CHANNELS_FIRST = {0, 3, 1, 2};

    private static final double FOCAL_ALPHA = 0.25;
    private static final double FOCAL_GAMMA = 2;
    private static final int CELL_SIZE_PER_STRIDE = 4;
    /** Where a case names none. */
    private static final List<Integer> STRIDES = List.of(8, 16, 32, 64, 128);

    private Networks() {}

    static BuildContext context(GoldenRun run) {
        return BuildContext.root(run.backend(), run.dtype(), 0);
    }

    /** The axes that turn a tensor of ours into the file's layout; none for one that is no image and no kernel. */
    static int[] toFile(Tensor tensor) {
        return tensor.shape().rank() == 4 ? CHANNELS_FIRST : new int[0];
    }

    /**
     * Overwrites parameters and buffers by {@code param.<prefix><name>}.
     *
     * @param dot what stands for a dot of our names
     * @throws AssertionError if the case has parameters of this prefix that the module lacks
     */
    static void load(GoldenRun run, Module module, String prefix, String dot) throws IOException {
        Set<String> unused = new TreeSet<>(run.golden().inputNames().stream()
                .filter(name -> name.startsWith("param." + prefix))
                .toList());
        for (Map.Entry<String, Tensor> entry : module.state().entrySet()) {
            Tensor target = entry.getValue();
            String name = "param." + prefix + entry.getKey().replace(".", dot);
            int[] axes = target.shape().rank() == 4 ? CHANNELS_LAST : new int[0];
            try (Tensor given = run.tensor(name, axes)) {
                target.backend().assign(target, given);
            }
            unused.remove(name);
        }
        if (!unused.isEmpty()) {
            throw new AssertionError(run.golden().name() + " has parameters that the network lacks: " + unused);
        }
    }

    /** The case's network, with {@code param.<prefix>*} as its parameters. */
    static RetinaNet retinaNet(GoldenRun run, int depth, String prefix) throws IOException {
        RetinaNet network = new RetinaNet(
                context(run),
                options(run.golden().attrs(), depth),
                loss(run.golden().attrs()));
        load(run, network, prefix, ".");
        return network;
    }

    static RetinaNetOptions options(JsonNode attrs, int depth) {
        int convolutions = attrs.path("head_convs").asInt(attrs.path("convs").asInt(4));
        return new RetinaNetOptions(
                backbone(attrs, depth),
                attrs.required("fpn_channels").intValue(),
                convolutions,
                attrs.required("num_classes").intValue(),
                anchors(attrs.has("anchor_strides") ? integers(attrs.required("anchor_strides")) : STRIDES));
    }

    static ResNetOptions backbone(JsonNode attrs, int depth) {
        String norm = attrs.path("norm").asString("FrozenBN");
        return new ResNetOptions(
                depth,
                attrs.required("width").intValue(),
                attrs.path("stride_in_1x1").asBoolean(false),
                switch (norm) {
                    case "FrozenBN" -> Norm.FROZEN;
                    case "BN" -> Norm.BATCH;
                    default -> throw new AssertionError("No norm is called " + norm);
                },
                attrs.required("freeze_at").intValue());
    }

    private static AnchorGenerator anchors(List<Integer> strides) {
        List<List<Double>> sizes = new ArrayList<>();
        for (int stride : strides) {
            double size = CELL_SIZE_PER_STRIDE * stride;
            sizes.add(List.of(size, size * Math.pow(2, 1.0 / 3), size * Math.pow(2, 2.0 / 3)));
        }
        return new AnchorGenerator(sizes, List.of(0.5, 1.0, 2.0), strides, 0);
    }

    /** The losses that the case's attributes ask for. */
    static RetinaNetLoss loss(JsonNode attrs) {
        String type = attrs.path("box_reg_loss_type").asString("smooth_l1");
        RetinaNetLoss.Box box =
                switch (type) {
                    case "smooth_l1" ->
                        new RetinaNetLoss.Box.SmoothL1(
                                attrs.path("smooth_l1_beta").asDouble(0));
                    case "giou" -> new RetinaNetLoss.Box.Giou();
                    default -> throw new AssertionError("No box loss is called " + type);
                };
        AnchorLabeler labeler = new AnchorLabeler(
                Matcher.RETINANET, attrs.required("num_classes").intValue());
        return new RetinaNetLoss(
                labeler,
                attrs.path("focal_alpha").asDouble(FOCAL_ALPHA),
                attrs.path("focal_gamma").asDouble(FOCAL_GAMMA),
                box);
    }

    /** The case's images, normalized and padded: [N, H, W, 3], channels blue, green, red. */
    static Tensor images(GoldenRun run) throws IOException {
        GoldenCase golden = run.golden();
        List<Double> mean = doubles(golden.attrs().required("pixel_mean"));
        List<Double> std = doubles(golden.attrs().required("pixel_std"));
        List<Integer> padded = integers(golden.attrs().required("padded"));
        int height = padded.get(0);
        int width = padded.get(1);
        int count = golden.attrs().required("image_sizes").size();
        double[] pixels = new double[count * height * width * 3];
        for (int n = 0; n < count; n++) {
            int[] shape = golden.shape("in.image_" + n);
            double[] planes = golden.doubles("in.image_" + n);
            int from = 0;
            for (int c = 0; c < shape[0]; c++) {
                for (int y = 0; y < shape[1]; y++) {
                    for (int x = 0; x < shape[2]; x++, from++) {
                        pixels[((n * height + y) * width + x) * 3 + c] = (planes[from] - mean.get(c)) / std.get(c);
                    }
                }
            }
        }
        return run.backend().tensor(pixels, Shape.of(count, height, width, 3), run.dtype());
    }

    /** Ground truth boxes of {@code count} images; none where the case has none. */
    static List<double[]> boxes(GoldenCase golden, int count) throws IOException {
        List<double[]> boxes = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            boxes.add(golden.has("in.gt_boxes_" + n) ? golden.doubles("in.gt_boxes_" + n) : new double[0]);
        }
        return boxes;
    }

    /** Ground truth classes of {@code count} images. */
    static List<int[]> classes(GoldenCase golden, int count) throws IOException {
        List<int[]> classes = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            classes.add(golden.has("in.gt_classes_" + n) ? golden.ints("in.gt_classes_" + n) : new int[0]);
        }
        return classes;
    }

    /** Root of the sum of squares; 0 for null. */
    static double norm(Tensor tensor) {
        return tensor == null ? 0 : norm(tensor.toDoubles());
    }

    static double norm(double[] values) {
        double squares = 0;
        for (double value : values) {
            squares += value * value;
        }
        return Math.sqrt(squares);
    }

    static List<Double> doubles(JsonNode array) {
        return nodes(array).stream().map(JsonNode::doubleValue).toList();
    }

    static List<Integer> integers(JsonNode array) {
        return nodes(array).stream().map(JsonNode::intValue).toList();
    }

    static List<String> strings(JsonNode array) {
        return nodes(array).stream().map(JsonNode::stringValue).toList();
    }

    private static List<JsonNode> nodes(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).toList();
    }
}
