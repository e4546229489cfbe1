package dev.retort.acceptance.golden;

import dev.retort.autograd.Gradients;
import dev.retort.autograd.Parameter;
import dev.retort.autograd.Tape;
import dev.retort.detection.box.Boxes;
import dev.retort.detection.box.Detections;
import dev.retort.detection.box.DistanceCoder;
import dev.retort.detection.box.GroundTruth;
import dev.retort.detection.box.ImageSize;
import dev.retort.detection.model.BoxDecoding;
import dev.retort.detection.model.BoxOutput;
import dev.retort.detection.model.fcos.FcosHead;
import dev.retort.detection.model.fcos.FcosLoss;
import dev.retort.detection.model.fcos.FcosMatcher;
import dev.retort.detection.model.fcos.FcosPoints;
import dev.retort.detection.model.fcos.FcosPostprocessor;
import dev.retort.detection.model.fcos.FcosSettings.BoxQuality;
import dev.retort.detection.model.fcos.FcosTargets;
import dev.retort.detection.model.fcos.FcosVariant;
import dev.retort.nn.GroupNorm;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/** The golden cases of FCOS, part by part: points, matching, coding, losses, norm, head, post-processing. */
final class FcosChecks {
    private static final List<Double> RANGE_ENDS = List.of(64.0, 128.0, 256.0, 512.0);

    private FcosChecks() {}

    static Map<String, GoldenCheck> checks() {
        return Map.of(
                "fcos_points", FcosChecks::points,
                "fcos_match", FcosChecks::match,
                "fcos_match_float32", FcosChecks::matchByAreasOfBothKinds,
                "fcos_coder", golden -> GoldenRun.each(golden, FcosChecks::coder),
                "fcos_loss", golden -> GoldenRun.each(golden, FcosChecks::loss),
                "fcos_postprocess", FcosChecks::postprocess,
                "fcos_head", golden -> GoldenRun.each(golden, FcosChecks::head),
                "fcos_network", golden -> GoldenRun.each(golden, FcosNetworkCheck::check),
                "group_norm", golden -> GoldenRun.each(golden, FcosChecks::groupNorm));
    }

    /** The points that the case's padded size and strides give; torchvision's, or those in the middle of cells. */
    private static List<FcosPoints> points(JsonNode attrs) {
        List<Integer> padded = Networks.integers(attrs.required("padded"));
        List<Integer> strides = Networks.integers(attrs.required("strides"));
        FcosVariant variant = attrs.path("offset").asDouble(0) == 0 ? FcosVariant.TORCHVISION : FcosVariant.DETECTRON2;
        List<FcosPoints> points = new ArrayList<>();
        for (int level = 0; level < strides.size(); level++) {
            points.add(FcosPoints.level(
                    variant,
                    size(padded),
                    level,
                    cells(padded.get(0), strides.get(level)),
                    cells(padded.get(1), strides.get(level))));
        }
        return points;
    }

    private static int cells(int pixels, int stride) {
        return (pixels + stride - 1) / stride;
    }

    private static ImageSize size(List<Integer> heightAndWidth) {
        return new ImageSize(heightAndWidth.get(0), heightAndWidth.get(1));
    }

    private static void points(GoldenCase golden) throws IOException {
        int[] maps = golden.ints("in.feature_sizes");
        ImageSize padded = size(Networks.integers(golden.attrs().required("padded")));
        List<Double> boxes = new ArrayList<>();
        for (int level = 0; level < maps.length / 2; level++) {
            FcosPoints points =
                    FcosPoints.level(FcosVariant.TORCHVISION, padded, level, maps[2 * level], maps[2 * level + 1]);
            double half = points.stride() / 2.0;
            for (int i = 0; i < points.count(); i++) {
                double x = points.xy()[2 * i];
                double y = points.xy()[2 * i + 1];
                boxes.addAll(List.of(x - half, y - half, x + half, y + half));
            }
        }
        golden.expectFloat64(
                "out.boxes", boxes.stream().mapToDouble(Double::doubleValue).toArray());
    }

    private static int[] join(int[][] levels) {
        return Arrays.stream(levels).flatMapToInt(Arrays::stream).toArray();
    }

    private static FcosMatcher matcher(JsonNode attrs, boolean float32Areas) {
        return new FcosMatcher(attrs.required("radius").doubleValue(), RANGE_ENDS, false, float32Areas);
    }

    private static void match(GoldenCase golden) throws IOException {
        FcosMatcher matcher = matcher(golden.attrs(), false);
        List<FcosPoints> points = points(golden.attrs());
        for (int n = 0; golden.has("in.gt_boxes_" + n); n++) {
            golden.expectExact("out.matched_" + n, join(matcher.match(points, golden.doubles("in.gt_boxes_" + n))));
        }
    }

    private static void matchByAreasOfBothKinds(GoldenCase golden) throws IOException {
        List<FcosPoints> points = points(golden.attrs());
        double[] boxes = golden.doubles("in.gt_boxes_0");
        golden.expectExact(
                "out.matched_exact", join(matcher(golden.attrs(), false).match(points, boxes)));
        golden.expectExact(
                "out.matched_float32", join(matcher(golden.attrs(), true).match(points, boxes)));
    }

    private static void coder(GoldenRun run) throws IOException {
        GoldenCase golden = run.golden();
        double[] squares = golden.doubles("in.points");
        double[] boxes = golden.doubles("in.boxes");
        int count = Boxes.count(squares);
        double[] xy = new double[2 * count];
        double[] strides = new double[count];
        double[] encoded = new double[4 * count];
        for (int i = 0; i < count; i++) {
            strides[i] = Boxes.width(squares, i);
            xy[2 * i] = squares[4 * i] + strides[i] / 2;
            xy[2 * i + 1] = squares[4 * i + 1] + strides[i] / 2;
            System.arraycopy(
                    DistanceCoder.encode(xy[2 * i], xy[2 * i + 1], strides[i], boxes, i), 0, encoded, 4 * i, 4);
        }
        golden.expectFloat64("out.encoded", encoded);
        try (Tape tape = run.tape()) {
            Tensor deltas = tape.watch(run.tensor("in.deltas"));
            Tensor decoded = BoxDecoding.decodeDistances(deltas, xy, strides);
            run.expect("out.decoded", decoded);
            Gradients gradients = tape.gradients(List.of(decoded), List.of(run.tensor("gout.decoded")), false);
            run.expect("grad.deltas", gradients.of(deltas));
        }
    }

    private static void loss(GoldenRun run) throws IOException {
        GoldenCase golden = run.golden();
        int classes = golden.attrs().required("num_classes").intValue();
        List<FcosPoints> points = points(golden.attrs());
        try (Tape tape = run.tape()) {
            Tensor logits = tape.watch(run.tensor("in.cls_logits"));
            Tensor distances = tape.watch(run.tensor("in.bbox_regression"));
            Tensor quality = tape.watch(run.tensor("in.bbox_ctrness"));
            FcosTargets targets =
                    FcosTargets.of(matcher(golden.attrs(), true), classes, points, truth(golden, logits.dim(0)));
            targets(golden, targets);
            FcosLoss.Losses losses = new FcosLoss(
                            FcosVariant.TORCHVISION, BoxQuality.CENTERNESS, BoxOutput.DIRECT, classes)
                    .losses(
                            outputs(points, logits, distances, quality),
                            targets,
                            Math.max(1, targets.foreground().size()));
            Map<String, Tensor> outputs = new LinkedHashMap<>();
            outputs.put("loss_classification", losses.classification());
            outputs.put("loss_bbox_regression", losses.box());
            outputs.put("loss_bbox_ctrness", losses.quality());
            List<Tensor> upstream = new ArrayList<>();
            for (Map.Entry<String, Tensor> output : outputs.entrySet()) {
                run.expect("out." + output.getKey(), output.getValue());
                upstream.add(run.tensor("gout." + output.getKey()));
            }
            Gradients gradients = tape.gradients(List.copyOf(outputs.values()), upstream, false);
            run.expect("grad.cls_logits", gradients.of(logits));
            run.expect("grad.bbox_regression", gradients.of(distances));
            run.expect("grad.bbox_ctrness", gradients.of(quality));
        }
    }

    private static List<GroundTruth> truth(GoldenCase golden, int images) throws IOException {
        ImageSize padded = size(Networks.integers(golden.attrs().required("padded")));
        List<double[]> boxes = Networks.boxes(golden, images);
        List<int[]> classes = Networks.classes(golden, images);
        return IntStream.range(0, images)
                .mapToObj(n -> new GroundTruth(n, padded.height(), padded.width(), boxes.get(n), classes.get(n)))
                .toList();
    }

    /** Cuts what is joined over levels [N, P, k] into levels. */
    private static List<FcosHead.Output> outputs(
            List<FcosPoints> points, Tensor logits, Tensor distances, Tensor quality) {
        List<FcosHead.Output> outputs = new ArrayList<>();
        int start = 0;
        for (FcosPoints level : points) {
            int end = start + level.count();
            outputs.add(new FcosHead.Output(
                    logits.slice(1, start, end), distances.slice(1, start, end), quality.slice(1, start, end)));
            start = end;
        }
        return outputs;
    }

    /** The foreground of each image over all levels joined, with its distances and its centerness. */
    private static void targets(GoldenCase golden, FcosTargets targets) throws IOException {
        int[] starts = new int[targets.points().size()];
        for (int level = 1; level < starts.length; level++) {
            starts[level] = starts[level - 1] + targets.points().get(level - 1).count();
        }
        for (int n = 0; n < targets.truth().size(); n++) {
            int image = n;
            List<FcosTargets.Foreground> found = targets.foreground().stream()
                    .filter(point -> point.image() == image)
                    .toList();
            golden.expectExact(
                    "out.foreground_" + n,
                    found.stream()
                            .mapToInt(point -> starts[point.level()] + point.index())
                            .toArray());
            golden.expectFloat64(
                    "out.reg_targets_" + n,
                    found.stream()
                            .flatMapToDouble(point -> Arrays.stream(point.distances()))
                            .toArray());
            golden.expectFloat64(
                    "out.ctrness_targets_" + n,
                    found.stream()
                            .mapToDouble(FcosTargets.Foreground::centerness)
                            .toArray());
        }
    }

    private static void postprocess(GoldenCase golden) throws IOException {
        JsonNode attrs = golden.attrs();
        FcosPostprocessor postprocessor = new FcosPostprocessor(
                attrs.required("num_classes").intValue(),
                attrs.required("score_thresh").doubleValue(),
                false,
                attrs.required("topk_candidates").intValue(),
                attrs.required("nms_thresh").doubleValue(),
                attrs.required("max_detections").intValue(),
                true);
        List<FcosPoints> points = points(attrs);
        List<FcosPostprocessor.Level> levels = new ArrayList<>();
        for (int level = 0; level < points.size(); level++) {
            String suffix = "_p" + (level + 3);
            levels.add(new FcosPostprocessor.Level(
                    points.get(level),
                    golden.floats("in.logits" + suffix),
                    golden.floats("in.deltas" + suffix),
                    golden.floats("in.ctrness" + suffix)));
        }
        Detections found = postprocessor.detect(levels, size(Networks.integers(attrs.required("image_size"))));
        golden.expectFloat64("out.boxes", found.boxes());
        golden.expectFloat64("out.scores", found.scores());
        golden.expectExact("out.labels", found.classes());
    }

    private static void head(GoldenRun run) throws IOException {
        GoldenCase golden = run.golden();
        JsonNode attrs = golden.attrs();
        try (FcosHead head = new FcosHead(
                        Networks.context(run),
                        attrs.required("channels").intValue(),
                        attrs.required("num_convs").intValue(),
                        attrs.required("groups").intValue(),
                        BoxOutput.DIRECT,
                        attrs.required("num_classes").intValue(),
                        0);
                Tape tape = run.tape()) {
            FcosNames.load(run, head);
            tape.watch(head.trainableParameters());
            List<Tensor> maps = new ArrayList<>();
            List<FcosHead.Output> levels = new ArrayList<>();
            for (int level = 0; level < 2; level++) {
                maps.add(tape.watch(run.tensor("in.p" + (level + 3), Networks.CHANNELS_LAST)));
                levels.add(head.forward(maps.get(level), level));
            }
            Map<String, Tensor> joined = joined(levels);
            List<Tensor> upstream = new ArrayList<>();
            for (Map.Entry<String, Tensor> output : joined.entrySet()) {
                run.expect("out." + output.getKey(), output.getValue());
                upstream.add(run.tensor("gout." + output.getKey()));
            }
            Gradients gradients = tape.gradients(List.copyOf(joined.values()), upstream, false);
            for (int level = 0; level < maps.size(); level++) {
                run.expect("grad.p" + (level + 3), gradients.of(maps.get(level)), Networks.CHANNELS_FIRST);
            }
            Map<String, String> theirs = FcosNames.theirs(golden);
            for (Map.Entry<String, Parameter> entry : head.parameters().entrySet()) {
                Tensor gradient = gradients.of(entry.getValue());
                run.expect("grad." + theirs.get(entry.getKey()), gradient, Networks.toFile(gradient));
            }
        }
    }

    /** Outputs of levels joined under torchvision's names: [N, P, k] each. */
    static Map<String, Tensor> joined(List<FcosHead.Output> levels) {
        Map<String, Tensor> joined = new LinkedHashMap<>();
        joined.put(
                "cls_logits", join(levels.stream().map(FcosHead.Output::logits).toList()));
        joined.put(
                "bbox_regression",
                join(levels.stream().map(FcosHead.Output::boxes).toList()));
        joined.put(
                "bbox_ctrness",
                join(levels.stream().map(FcosHead.Output::quality).toList()));
        return joined;
    }

    private static Tensor join(List<Tensor> parts) {
        return parts.get(0).backend().concat(1, parts.toArray(Tensor[]::new));
    }

    private static void groupNorm(GoldenRun run) throws IOException {
        JsonNode attrs = run.golden().attrs();
        try (GroupNorm norm = new GroupNorm(
                        Networks.context(run),
                        attrs.required("groups").intValue(),
                        run.golden().shape("in.x")[1],
                        attrs.required("eps").doubleValue());
                Tape tape = run.tape()) {
            run.load(norm, "");
            tape.watch(norm.trainableParameters());
            Tensor x = tape.watch(run.tensor("in.x", Networks.CHANNELS_LAST));
            Tensor y = norm.forward(x);
            run.expect("out.y", y, Networks.CHANNELS_FIRST);
            Gradients gradients =
                    tape.gradients(List.of(y), List.of(run.tensor("gout.y", Networks.CHANNELS_LAST)), false);
            run.expect("grad.x", gradients.of(x), Networks.CHANNELS_FIRST);
            run.expectGradients(norm, gradients, "");
        }
    }
}
