package dev.retort.acceptance.golden;

import dev.retort.detection.box.AnchorGenerator;
import dev.retort.detection.box.AnchorLabeler;
import dev.retort.detection.box.BoxCoder;
import dev.retort.detection.box.Boxes;
import dev.retort.detection.box.DetectionPostprocessor;
import dev.retort.detection.box.Detections;
import dev.retort.detection.box.EmaNormalizer;
import dev.retort.detection.box.ImageSize;
import dev.retort.detection.box.Iou;
import dev.retort.detection.box.LevelPrediction;
import dev.retort.detection.box.Matcher;
import dev.retort.detection.box.Nms;
import dev.retort.detection.box.ResizeRule;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/** The golden cases of group {@code det} that are about boxes: anchors, coding, matching, suppression, inference. */
final class BoxChecks {
    private BoxChecks() {}

    static Map<String, GoldenCheck> checks() {
        return Map.ofEntries(
                Map.entry("anchors", BoxChecks::anchors),
                Map.entry("box_encode", BoxChecks::encode),
                Map.entry("box_decode", BoxChecks::decode),
                Map.entry("pairwise_iou", BoxChecks::pairwiseIou),
                Map.entry("matcher", BoxChecks::matcher),
                Map.entry("label_anchors", BoxChecks::labelAnchors),
                Map.entry("ema_normalizer", BoxChecks::emaNormalizer),
                Map.entry("retinanet_inference", BoxChecks::inference),
                Map.entry("nms", BoxChecks::nms),
                Map.entry("batched_nms", BoxChecks::batchedNms),
                Map.entry("resize_shortest_edge", BoxChecks::resizeShortestEdge),
                Map.entry("box_transform", BoxChecks::boxTransform));
    }

    private static void anchors(GoldenCase golden) throws IOException {
        JsonNode attrs = golden.attrs();
        List<List<Double>> sizes = new ArrayList<>();
        List<Integer> strides = new ArrayList<>();
        int levels = attrs.required("strides").size();
        for (int level = 0; level < levels; level++) {
            sizes.add(doubles(attrs.required("sizes").get(level)));
            strides.add(attrs.required("strides").get(level).intValue());
        }
        AnchorGenerator generator = new AnchorGenerator(
                sizes,
                doubles(attrs.required("aspect_ratios")),
                strides,
                attrs.required("offset").doubleValue());
        int[] featureSizes = golden.ints("in.feature_sizes");
        for (int level = 0; level < levels; level++) {
            golden.expectFloat64("out.cell_p" + (level + 3), generator.cellAnchors(level));
            golden.expectFloat64(
                    "out.anchors_p" + (level + 3),
                    generator.anchors(
                            level, featureSizes[2 * level], featureSizes[2 * level + 1], new ImageSize(1, 1)));
        }
    }

    private static void encode(GoldenCase golden) throws IOException {
        golden.expectFloat64(
                "out.deltas",
                coder(golden, BoxCoder.DEFAULT_SCALE_CLAMP).encode(golden.doubles("in.src"), golden.doubles("in.dst")));
    }

    private static void decode(GoldenCase golden) throws IOException {
        BoxCoder coder = coder(golden, golden.attrs().required("scale_clamp").doubleValue());
        golden.expectFloat64("out.boxes", coder.decode(golden.doubles("in.src"), golden.doubles("in.deltas")));
        GoldenRun.each(golden, run -> RetinaNetChecks.decode(run, coder));
    }

    private static BoxCoder coder(GoldenCase golden, double scaleClamp) {
        List<Double> weights = doubles(golden.attrs().required("weights"));
        return new BoxCoder(weights.get(0), weights.get(1), weights.get(2), weights.get(3), scaleClamp);
    }

    private static void pairwiseIou(GoldenCase golden) throws IOException {
        golden.expectFloat64("out.iou", Iou.pairwise(golden.doubles("in.a"), golden.doubles("in.b")));
    }

    private static void matcher(GoldenCase golden) throws IOException {
        int[] shape = golden.shape("in.iou");
        Matcher.Matches matches = matcher(golden.attrs()).match(golden.doubles("in.iou"), shape[0], shape[1]);
        golden.expectExact("out.labels", matches.labels());
        golden.expectExact("out.matches", matches.matches());
    }

    private static void labelAnchors(GoldenCase golden) throws IOException {
        AnchorLabeler labeler = new AnchorLabeler(
                matcher(golden.attrs()), golden.attrs().required("num_classes").intValue());
        double[] anchors = new double[0];
        for (String name : levels(golden, "in.anchors_p")) {
            double[] more = golden.doubles(name);
            int end = anchors.length;
            anchors = Arrays.copyOf(anchors, end + more.length);
            System.arraycopy(more, 0, anchors, end, more.length);
        }
        for (int image = 0; image < golden.attrs().required("images").intValue(); image++) {
            double[] boxes = golden.doubles("in.gt_boxes_" + image);
            AnchorLabeler.Labels labels = labeler.label(anchors, boxes, golden.ints("in.gt_classes_" + image));
            golden.expectExact("out.labels_" + image, labels.classes());
            golden.expectFloat64("out.matched_boxes_fg_" + image, labels.matchedBoxes(boxes));
        }
    }

    /** The case's inputs of this name, one a pyramid level, finest first. */
    private static List<String> levels(GoldenCase golden, String prefix) {
        return golden.inputNames().stream()
                .filter(name -> name.startsWith(prefix))
                .sorted(Comparator.comparingInt(name -> Integer.parseInt(name.substring(prefix.length()))))
                .toList();
    }

    private static Matcher matcher(JsonNode attrs) {
        List<Double> labels = doubles(attrs.required("labels"));
        if (!labels.equals(List.of(0.0, -1.0, 1.0))) {
            throw new AssertionError("The matcher has labels 0, -1, 1, not " + labels);
        }
        List<Double> thresholds = doubles(attrs.required("thresholds"));
        return new Matcher(
                thresholds.get(0),
                thresholds.get(1),
                attrs.required("allow_low_quality_matches").booleanValue());
    }

    private static void emaNormalizer(GoldenCase golden) throws IOException {
        EmaNormalizer normalizer = new EmaNormalizer(
                golden.attrs().required("initial").doubleValue(),
                golden.attrs().required("momentum").doubleValue());
        golden.expectFloat64(
                "out.normalizer",
                Arrays.stream(golden.longs("in.num_pos"))
                        .mapToDouble(normalizer::update)
                        .toArray());
    }

    private static void inference(GoldenCase golden) throws IOException {
        JsonNode attrs = golden.attrs();
        DetectionPostprocessor postprocessor = new DetectionPostprocessor(
                attrs.required("num_classes").intValue(),
                attrs.required("score_thresh").doubleValue(),
                attrs.required("topk_candidates").intValue(),
                attrs.required("nms_thresh").doubleValue(),
                attrs.required("max_detections").intValue(),
                false);
        List<LevelPrediction> levels = new ArrayList<>();
        for (String anchors : levels(golden, "in.anchors_p")) {
            levels.add(new LevelPrediction(
                    golden.doubles(anchors),
                    golden.floats(anchors.replace("anchors", "logits")),
                    golden.floats(anchors.replace("anchors", "deltas")),
                    BoxCoder.RETINANET));
        }
        ImageSize seen = size(attrs.required("image_size"));
        Detections detections = postprocessor.detect(levels, seen);
        expect(golden, "out.", detections);
        Detections rescaled = detections.rescale(seen, size(attrs.required("output_size")));
        expect(golden, "out.post_", rescaled);
    }

    private static void expect(GoldenCase golden, String prefix, Detections detections) throws IOException {
        golden.expectExact(prefix + "classes", detections.classes());
        golden.expectFloat64(prefix + "scores", detections.scores());
        golden.expectFloat64(prefix + "boxes", detections.boxes());
    }

    private static void nms(GoldenCase golden) throws IOException {
        golden.expectExact(
                "out.keep", Nms.nms(golden.doubles("in.boxes"), golden.doubles("in.scores"), iouThreshold(golden)));
    }

    private static void batchedNms(GoldenCase golden) throws IOException {
        golden.expectExact(
                "out.keep",
                Nms.nms(
                        golden.doubles("in.boxes"),
                        golden.doubles("in.scores"),
                        golden.ints("in.classes"),
                        iouThreshold(golden),
                        Integer.MAX_VALUE));
    }

    private static double iouThreshold(GoldenCase golden) {
        return golden.attrs().required("iou_threshold").doubleValue();
    }

    private static void resizeShortestEdge(GoldenCase golden) throws IOException {
        int[] rows = golden.ints("in.h_w_short_max");
        golden.expectExact(
                "out.newh_neww",
                IntStream.range(0, rows.length / 4)
                        .mapToObj(i -> new ResizeRule(rows[4 * i + 2], rows[4 * i + 3])
                                .apply(new ImageSize(rows[4 * i], rows[4 * i + 1])))
                        .flatMapToInt(size -> IntStream.of(size.height(), size.width()))
                        .toArray());
    }

    private static void boxTransform(GoldenCase golden) throws IOException {
        ImageSize from = size(golden.attrs().required("old_size"));
        ImageSize to = size(golden.attrs().required("new_size"));
        double[] resized = Boxes.scale(
                golden.doubles("in.boxes"), (double) to.width() / from.width(), (double) to.height() / from.height());
        golden.expectFloat64("out.resized", resized);
        golden.expectFloat64("out.flipped", Boxes.flipHorizontally(resized, to.width()));
    }

    private static ImageSize size(JsonNode heightAndWidth) {
        return new ImageSize(
                heightAndWidth.get(0).intValue(), heightAndWidth.get(1).intValue());
    }

    private static List<Double> doubles(JsonNode array) {
        Stream<JsonNode> values = StreamSupport.stream(array.spliterator(), false);
        return values.map(JsonNode::doubleValue).toList();
    }
}
