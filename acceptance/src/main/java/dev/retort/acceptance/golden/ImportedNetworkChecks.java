package dev.retort.acceptance.golden;

import dev.retort.detection.box.Detections;
import dev.retort.detection.box.ImageSize;
import dev.retort.detection.data.Batch;
import dev.retort.detection.data.Category;
import dev.retort.detection.data.InterpolatedImage;
import dev.retort.detection.data.ResizeMethod;
import dev.retort.detection.model.retinanet.RetinaNet;
import dev.retort.detection.model.retinanet.RetinaNetPredictions;
import dev.retort.detection.model.retinanet.RetinaNetProvider;
import dev.retort.detection.model.retinanet.RetinaNetSettings;
import dev.retort.detection.weights.ForeignWeights;
import dev.retort.detection.weights.ImportOptions;
import dev.retort.detection.weights.WeightSource;
import dev.retort.nn.backbone.ResNet;
import dev.retort.nn.weights.WeightFile;
import dev.retort.nn.weights.WeightTensor;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/** Golden cases of weights of other programs: the networks that they make, from images to detections. */
final class ImportedNetworkChecks {
    private static final int LEVELS = RetinaNet.LEVELS;

    private ImportedNetworkChecks() {}

    static Map<String, GoldenCheck> checks() {
        return Map.of(
                "import_backbone",
                golden -> GoldenRun.each(golden, ImportedNetworkChecks::backbone),
                "import_retinanet",
                golden -> GoldenRun.each(golden, ImportedNetworkChecks::retinaNet),
                "import_same_weights",
                ImportedNetworkChecks::sameWeights,
                "tv_resize_shape",
                ImportedNetworkChecks::sizes);
    }

    private static ForeignWeights open(GoldenCase golden, ImportOptions options) throws IOException {
        return ForeignWeights.open(golden.file(golden.attrs().required("file").stringValue()), options);
    }

    private static void backbone(GoldenRun run) throws IOException {
        GoldenCase golden = run.golden();
        JsonNode attrs = golden.attrs();
        ImportOptions options = ImportOptions.DEFAULT.withKind(WeightSource.Kind.BACKBONE);
        try (ForeignWeights weights = open(golden, options);
                Scope scope = Scope.open()) {
            // What the case says of the program is what was assumed.
            requireSame(golden, "stride_in_1x1", weights.recipe().model().strideIn1x1());
            requireSame(
                    golden,
                    "channel_order",
                    weights.recipe().data().pixels().normalization().bgr() ? "BGR" : "RGB");
            Tensor batch = attrs.has("padded") ? Networks.images(run) : run.tensor("in.batch", Networks.CHANNELS_LAST);
            try (ResNet network = weights.build(
                    run.backend(),
                    run.dtype(),
                    at -> new ResNet(
                            at.at("backbone").at("bottom_up"),
                            weights.recipe().model().backbone()))) {
                network.setTraining(false);
                ResNet.Features features = network.forward(batch);
                for (int stage = 2; stage <= 5; stage++) {
                    within(run, "out.res" + stage, features.stage(stage));
                }
                if (golden.expectedNames().contains("out.class_logits")) {
                    classify(run, features.res5());
                }
            }
        }
    }

    /** The classifier has no place in a detector; its weights are read all the same. */
    private static void classify(GoldenRun run, Tensor map) throws IOException {
        GoldenCase golden = run.golden();
        try (WeightFile file =
                WeightFile.open(golden.file(golden.attrs().required("file").stringValue()))) {
            double[] weight = classifier(file, "weight");
            double[] bias = classifier(file, "bias");
            int classes = bias.length;
            Tensor mean = map.mean(1, 2);
            Tensor logits = mean.linear(
                    run.backend().tensor(weight, Shape.of(classes, weight.length / classes), run.dtype()),
                    run.backend().tensor(bias, Shape.of(classes), run.dtype()));
            golden.expectWithin("out.class_logits", logits.toDoubles(), golden.tolerance("out.class_logits"));
        }
    }

    private static double[] classifier(WeightFile file, String part) throws IOException {
        for (Map.Entry<String, WeightTensor> entry : file.content().tensors().entrySet()) {
            if (entry.getKey().matches("(.*\\.)?(fc|classifier\\.1)\\." + part)) {
                return entry.getValue().toDoubles();
            }
        }
        throw new AssertionError(file.path() + " has no classifier");
    }

    private static void within(GoldenRun run, String name, Tensor map) throws IOException {
        run.golden()
                .expectWithin(
                        name,
                        map.permute(Networks.CHANNELS_FIRST).toDoubles(),
                        run.golden().tolerance(name));
    }

    private static void requireSame(GoldenCase golden, String attribute, Object actual) {
        String expected = golden.attrs().required(attribute).asString();
        if (!expected.equals(actual.toString())) {
            throw new AssertionError(
                    golden.name() + ": " + attribute + " was assumed to be " + actual + ", but is " + expected);
        }
    }

    /** With a class for each channel of the file, so that all of them can be compared. */
    private static ImportOptions options(GoldenCase golden) {
        JsonNode attrs = golden.attrs();
        List<Category> classes = IntStream.range(
                        0, attrs.required("num_classes").intValue())
                .mapToObj(k -> new Category(k, "class " + k))
                .toList();
        List<String> settings = new ArrayList<>();
        setting(attrs, "groups", "model.headGroups=", settings);
        setting(attrs, "score_thresh", "model.scoreThreshold=", settings);
        setting(attrs, "topk_candidates", "model.topCandidates=", settings);
        setting(attrs, "nms_thresh", "model.nmsThreshold=", settings);
        setting(attrs, "max_detections", "model.detectionsPerImage=", settings);
        setting(attrs, "min_size", "data.shortEdges=", settings);
        setting(attrs, "max_size", "data.longEdge=", settings);
        return ImportOptions.DEFAULT.withClasses(classes).withSettings(settings);
    }

    private static void setting(JsonNode attrs, String attribute, String key, List<String> into) {
        if (attrs.has(attribute)) {
            String value = attrs.get(attribute).toString();
            into.add(key + (attribute.equals("min_size") ? "[" + value + "]" : value));
        }
    }

    private static void retinaNet(GoldenRun run) throws IOException {
        GoldenCase golden = run.golden();
        JsonNode attrs = golden.attrs();
        try (ForeignWeights weights = open(golden, options(golden));
                Scope scope = Scope.open()) {
            requireSame(golden, "stride_in_1x1", weights.recipe().model().strideIn1x1());
            requireSame(
                    golden,
                    "p6_from",
                    weights.recipe()
                            .own(RetinaNetSettings.class)
                            .p6From()
                            .name()
                            .toLowerCase(Locale.ROOT));
            requireSame(
                    golden,
                    "p7_relu",
                    weights.recipe().own(RetinaNetSettings.class).reluBeforeP7());
            RetinaNetProvider provider = new RetinaNetProvider();
            try (RetinaNet network = weights.build(
                    run.backend(),
                    run.dtype(),
                    at -> provider.create(
                            at,
                            weights.recipe().model(),
                            weights.recipe().own(RetinaNetSettings.class),
                            weights.categories().size()))) {
                network.setTraining(false);
                List<ImageSize> seen = new ArrayList<>();
                for (JsonNode size : attrs.required("image_sizes")) {
                    seen.add(new ImageSize(size.get(0).intValue(), size.get(1).intValue()));
                }
                boolean whole = golden.has("in.picture_0");
                Tensor batch = whole ? pictures(run, weights, seen) : Networks.images(run);
                RetinaNetPredictions output = network.forward(batch);
                maps(run, network, batch, output);
                if (whole) {
                    detections(run, output, seen);
                }
            }
        }
    }

    private static void maps(GoldenRun run, RetinaNet network, Tensor batch, RetinaNetPredictions output)
            throws IOException {
        GoldenCase golden = run.golden();
        ResNet.Features features = network.backbone(batch);
        for (int stage = 3; stage <= 5; stage++) {
            within(run, "out.res" + stage, features.stage(stage));
        }
        List<double[]> anchors = network.anchors(output.features());
        for (int level = 0; level < LEVELS; level++) {
            String p = "_p" + (level + 3);
            Tensor map = output.features().get(level);
            within(run, "out.feat" + p, map);
            within(run, "out.logits" + p, inTheirOrder(golden, output.logits().get(level), map));
            within(run, "out.deltas" + p, inTheirOrder(golden, output.boxes(level), map));
            if (golden.expectedNames().contains("out.anchors" + p)) {
                golden.expectWithin("out.anchors" + p, theirs(golden, anchors.get(level)), 0);
            }
        }
    }

    /** Our anchor of each of the file's. */
    private static int[] order(GoldenCase golden, int count) {
        int[] order = IntStream.range(0, count).toArray();
        if (golden.attrs().has("permutation")) {
            List<Integer> permutation = Networks.integers(golden.attrs().required("permutation"));
            for (int ours = 0; ours < count; ours++) {
                order[permutation.get(ours)] = ours;
            }
        }
        return order;
    }

    /** [N, H*W*A, k] as [N, H, W, A*k], anchors in the file's order. */
    private static Tensor inTheirOrder(GoldenCase golden, Tensor rows, Tensor map) {
        int images = map.dim(0);
        int height = map.dim(1);
        int width = map.dim(2);
        int anchors = rows.dim(1) / (height * width);
        Tensor index = rows.backend().tensor(order(golden, anchors), anchors);
        return rows.reshape(images * height * width, anchors, rows.dim(2))
                .indexSelect(1, index)
                .reshape(images, height, width, anchors * rows.dim(2));
    }

    /** Anchors [cells * A * 4] in the file's order. */
    private static double[] theirs(GoldenCase golden, double[] anchors) {
        int[] order = order(golden, 9);
        double[] ordered = new double[anchors.length];
        for (int i = 0; i < anchors.length / 4; i++) {
            System.arraycopy(
                    anchors, 4 * (i / order.length * order.length + order[i % order.length]), ordered, 4 * i, 4);
        }
        return ordered;
    }

    /** Images of real numbers, normalized, resized and padded as the recipe says. */
    private static Tensor pictures(GoldenRun run, ForeignWeights weights, List<ImageSize> seen) throws IOException {
        GoldenCase golden = run.golden();
        List<Double> mean = Networks.doubles(golden.attrs().required("pixel_mean"));
        List<Double> std = Networks.doubles(golden.attrs().required("pixel_std"));
        List<Integer> padded = Networks.integers(golden.attrs().required("padded"));
        int rowLength = 3 * padded.get(1);
        float[] batch = new float[seen.size() * padded.get(0) * rowLength];
        int height = 0;
        int width = 0;
        for (int n = 0; n < seen.size(); n++) {
            ImageSize original = size(golden, n);
            float[] values = new float[3 * original.height() * original.width()];
            double[] planes = golden.doubles("in.picture_" + n);
            int plane = original.height() * original.width();
            for (int i = 0; i < values.length; i++) {
                int c = i % 3;
                values[i] = (float) ((planes[c * plane + i / 3] - mean.get(c)) / std.get(c));
            }
            ImageSize target = weights.recipe()
                    .data()
                    .resize()
                    .target(
                            original,
                            weights.recipe().data().shortEdges().get(0),
                            weights.recipe().data().longEdge());
            if (!target.equals(seen.get(n))) {
                throw new AssertionError(golden.name() + ": size " + target + ", expected " + seen.get(n));
            }
            height = Math.max(height, target.height());
            width = Math.max(width, target.width());
            InterpolatedImage.interpolate(values, original, target, batch, n * padded.get(0) * rowLength, rowLength);
        }
        ImageSize size = Batch.padded(new ImageSize(height, width), 32);
        if (size.height() != padded.get(0) || size.width() != padded.get(1)) {
            throw new AssertionError(golden.name() + ": padded to " + size + ", expected " + padded);
        }
        Tensor uploaded = run.backend().upload(batch, Shape.of(seen.size(), size.height(), size.width(), 3), DType.F32);
        Tensor images = run.dtype() == DType.F32 ? uploaded : run.backend().cast(uploaded, run.dtype());
        within(run, "out.batch", images);
        return images;
    }

    private static ImageSize size(GoldenCase golden, int n) throws IOException {
        int[] shape = golden.shape("in.picture_" + n);
        return new ImageSize(shape[1], shape[2]);
    }

    private static void detections(GoldenRun run, RetinaNetPredictions output, List<ImageSize> seen)
            throws IOException {
        GoldenCase golden = run.golden();
        List<Detections> found = output.detections(seen);
        for (int n = 0; n < seen.size(); n++) {
            Detections restored = ResizeMethod.TORCHVISION.restore(found.get(n), seen.get(n), size(golden, n));
            golden.expectExact("out.labels_" + n, restored.classes());
            golden.expectWithin("out.scores_" + n, restored.scores(), golden.tolerance("out.scores_" + n));
            golden.expectWithin("out.boxes_" + n, restored.boxes(), golden.tolerance("out.boxes_" + n));
        }
    }

    /** Two files give the same names, shapes and bits. */
    private static void sameWeights(GoldenCase golden) throws IOException {
        GoldenCase other = golden.other(golden.attrs().required("same_as").stringValue());
        try (ForeignWeights weights = open(golden, options(other));
                ForeignWeights expected = open(other, options(other))) {
            if (!weights.shapes().equals(expected.shapes())) {
                throw new AssertionError(golden.name() + ": the file gives " + weights.shapes() + ", " + other.name()
                        + " " + expected.shapes());
            }
            for (String name : weights.shapes().keySet()) {
                if (!Arrays.equals(weights.values(name), expected.values(name))) {
                    throw new AssertionError(golden.name() + ": " + name + " is not that of " + other.name());
                }
            }
        }
    }

    private static void sizes(GoldenCase golden) throws IOException {
        int[] given = golden.ints("in.h_w");
        int[] sizes = new int[given.length];
        for (int i = 0; i < given.length; i += 2) {
            ImageSize target = ResizeMethod.TORCHVISION.target(
                    new ImageSize(given[i], given[i + 1]),
                    golden.attrs().required("min_size").intValue(),
                    golden.attrs().required("max_size").intValue());
            sizes[i] = target.height();
            sizes[i + 1] = target.width();
        }
        golden.expectExact("out.newh_neww", sizes);
    }
}
