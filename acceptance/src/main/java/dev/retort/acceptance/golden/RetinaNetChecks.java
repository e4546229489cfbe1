package dev.retort.acceptance.golden;

import dev.retort.autograd.Gradients;
import dev.retort.autograd.Parameter;
import dev.retort.autograd.Tape;
import dev.retort.detection.box.BoxCoder;
import dev.retort.detection.box.DetectionPostprocessor;
import dev.retort.detection.box.Detections;
import dev.retort.detection.box.EmaNormalizer;
import dev.retort.detection.box.ImageSize;
import dev.retort.detection.box.LevelPrediction;
import dev.retort.detection.model.BoxDecoding;
import dev.retort.detection.model.BoxOutput;
import dev.retort.detection.model.retinanet.RetinaNet;
import dev.retort.detection.model.retinanet.RetinaNetHead;
import dev.retort.detection.model.retinanet.RetinaNetLoss;
import dev.retort.detection.model.retinanet.RetinaNetPredictions;
import dev.retort.nn.backbone.ResNet;
import dev.retort.nn.optim.Clipping;
import dev.retort.nn.optim.ParameterGroup;
import dev.retort.nn.optim.Sgd;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** The golden cases of RetinaNet: its box losses, its losses, its head, and whole narrow networks in training. */
final class RetinaNetChecks {
    private static final int LEVELS = RetinaNet.LEVELS;

    private RetinaNetChecks() {}

    static Map<String, GoldenCheck> checks() {
        return Map.of(
                "giou_loss", golden -> GoldenRun.each(golden, RetinaNetChecks::giou),
                "retinanet", golden -> GoldenRun.each(golden, RetinaNetChecks::retinaNet),
                "retinanet_head", golden -> GoldenRun.each(golden, RetinaNetChecks::head),
                "retinanet_loss", golden -> GoldenRun.each(golden, RetinaNetChecks::losses));
    }

    /** Decoding on tensors, with its gradient. */
    static void decode(GoldenRun run, BoxCoder coder) throws IOException {
        try (Tape tape = run.tape()) {
            Tensor deltas = tape.watch(run.tensor("in.deltas"));
            Tensor boxes = BoxDecoding.decode(coder, deltas, run.golden().doubles("in.src"));
            run.expect("out.boxes", boxes);
            Gradients gradients = tape.gradients(List.of(boxes), List.of(run.tensor("gout.boxes")), false);
            run.expect("grad.deltas", gradients.of(deltas));
        }
    }

    private static void giou(GoldenRun run) throws IOException {
        try (Tape tape = run.tape()) {
            Tensor a = tape.watch(run.tensor("in.a"));
            Tensor b = tape.watch(run.tensor("in.b"));
            Tensor each = tape.giou(a, b);
            String reduction = run.golden().attrs().required("reduction").stringValue();
            Tensor loss =
                    switch (reduction) {
                        case "none" -> each;
                        case "sum" -> each.sum();
                        case "mean" -> each.mean();
                        default -> throw new AssertionError("No reduction is called " + reduction);
                    };
            run.expect("out.y", loss);
            Gradients gradients = tape.gradients(List.of(loss), List.of(run.tensor("gout.y")), false);
            run.expect("grad.a", gradients.of(a));
            if (run.golden().expectedNames().contains("grad.b")) {
                run.expect("grad.b", gradients.of(b));
            }
        }
    }

    /** The same losses as often as the case has them, each time with the normalizer moved on. */
    private static void losses(GoldenRun run) throws IOException {
        GoldenCase golden = run.golden();
        RetinaNetLoss loss = Networks.loss(golden.attrs());
        EmaNormalizer normalizer = new EmaNormalizer();
        try (Tape tape = run.tape()) {
            List<double[]> anchors = new ArrayList<>();
            List<Tensor> logits = new ArrayList<>();
            List<Tensor> deltas = new ArrayList<>();
            for (int level = 3; level < 3 + LEVELS; level++) {
                anchors.add(golden.doubles("in.anchors_p" + level));
                logits.add(tape.watch(run.tensor("in.logits_p" + level)));
                deltas.add(tape.watch(run.tensor("in.deltas_p" + level)));
            }
            int images = logits.get(0).dim(0);
            RetinaNetLoss.Targets targets =
                    loss.targets(anchors, Networks.boxes(golden, images), Networks.classes(golden, images));
            List<String> calls = golden.has("out.loss_cls") ? List.of("") : List.of("_0", "_1");
            if (calls.size() > 1) {
                run.expect("out.num_pos", new double[] {targets.foreground()});
            }
            List<Tensor> outputs = new ArrayList<>();
            List<Tensor> upstream = new ArrayList<>();
            for (String call : calls) {
                double divisor = normalizer.update(targets.foreground());
                run.expect("out.normalizer" + call, new double[] {divisor});
                RetinaNetLoss.Losses both = loss.losses(logits, deltas, targets, divisor);
                run.expect("out.loss_cls" + call, both.classification());
                run.expect("out.loss_box_reg" + call, both.box());
                outputs.addAll(List.of(both.classification(), both.box()));
                upstream.add(run.tensor("gout.loss_cls" + call));
                upstream.add(run.tensor("gout.loss_box_reg" + call));
            }
            Gradients gradients = tape.gradients(outputs, upstream, false);
            for (int level = 0; level < LEVELS; level++) {
                run.expect("grad.logits_p" + (level + 3), gradients.of(logits.get(level)));
                run.expect("grad.deltas_p" + (level + 3), gradients.of(deltas.get(level)));
            }
        }
    }

    private static void head(GoldenRun run) throws IOException {
        JsonNode attrs = run.golden().attrs();
        int channels = run.golden().shape("in.p3")[1];
        try (RetinaNetHead head = new RetinaNetHead(
                        Networks.context(run),
                        channels,
                        attrs.required("num_convs").intValue(),
                        0,
                        attrs.required("num_anchors").intValue(),
                        BoxOutput.DIRECT,
                        attrs.required("num_classes").intValue());
                Tape tape = run.tape()) {
            Networks.load(run, head, "", "__");
            tape.watch(head.trainableParameters());
            List<Tensor> levels = new ArrayList<>();
            List<Tensor> outputs = new ArrayList<>();
            List<Tensor> upstream = new ArrayList<>();
            for (int level = 3; level < 3 + LEVELS; level++) {
                Tensor map = tape.watch(run.tensor("in.p" + level, Networks.CHANNELS_LAST));
                levels.add(map);
                outputs.add(asMap(head.logits(map), map));
                outputs.add(asMap(head.boxes(map), map));
                for (String name : List.of("logits_p" + level, "deltas_p" + level)) {
                    upstream.add(run.tensor("gout." + name, Networks.CHANNELS_LAST));
                    run.expect("out." + name, outputs.get(upstream.size() - 1), Networks.CHANNELS_FIRST);
                }
            }
            Gradients gradients = tape.gradients(outputs, upstream, false);
            for (int level = 0; level < LEVELS; level++) {
                run.expect("grad.p" + (level + 3), gradients.of(levels.get(level)), Networks.CHANNELS_FIRST);
            }
            for (Map.Entry<String, Parameter> entry : head.parameters().entrySet()) {
                Tensor gradient = gradients.of(entry.getValue());
                run.expect("grad." + entry.getKey().replace(".", "__"), gradient, Networks.toFile(gradient));
            }
        }
    }

    /** What the head says, [N, H*W*A, K], as the map [N, H, W, A*K] that it was. */
    private static Tensor asMap(Tensor output, Tensor level) {
        return output.reshape(level.dim(0), level.dim(1), level.dim(2), -1);
    }

    private static void retinaNet(GoldenRun run) throws IOException {
        GoldenCase golden = run.golden();
        int depth = golden.attrs().required("depth").intValue();
        JsonNode train = golden.attrs().path("train");
        try (RetinaNet network = Networks.retinaNet(run, depth, "");
                Sgd optimizer = new Sgd(
                        ParameterGroup.of(
                                network.parameters(), train.path("weight_decay").asDouble(0)),
                        train.path("momentum").asDouble(0),
                        new Clipping.None())) {
            if (golden.has("out.res5")) {
                res5(run, depth);
            }
            if (golden.has("out.det_boxes_0")) {
                detections(run, network);
            }
            EmaNormalizer normalizer = new EmaNormalizer();
            List<Double> history = new ArrayList<>();
            for (int step = 0; step < train.path("steps").asInt(1); step++) {
                try (Tape tape = run.tape()) {
                    tape.watch(network.trainableParameters());
                    RetinaNetPredictions output = network.forward(Networks.images(run));
                    RetinaNetLoss.Losses losses = losses(run, network, output, normalizer);
                    Gradients gradients = tape.gradients(losses.classification().add(losses.box()));
                    if (step == 0) {
                        firstStep(run, network, output, losses, normalizer.value());
                        gradients(run, network, gradients);
                    }
                    history.addAll(
                            List.of(losses.classification().item(), losses.box().item(), normalizer.value()));
                    optimizer.step(gradients::of, train.path("lr").asDouble(0));
                }
            }
            if (!train.isMissingNode()) {
                trained(run, network, history);
            }
        }
    }

    /** The network gives its pyramid, not res5: a backbone of its own shows that. */
    private static void res5(GoldenRun run, int depth) throws IOException {
        try (ResNet backbone = new ResNet(
                        Networks.context(run), Networks.backbone(run.golden().attrs(), depth));
                Scope scope = Scope.open()) {
            Networks.load(run, backbone, "backbone.bottom_up.", ".");
            run.expect("out.res5", backbone.forward(Networks.images(run)).res5(), Networks.CHANNELS_FIRST);
        }
    }

    private static RetinaNetLoss.Losses losses(
            GoldenRun run, RetinaNet network, RetinaNetPredictions output, EmaNormalizer normalizer)
            throws IOException {
        RetinaNetLoss loss = Networks.loss(run.golden().attrs());
        int images = output.logits().get(0).dim(0);
        RetinaNetLoss.Targets targets = loss.targets(
                network.anchors(output.features()),
                Networks.boxes(run.golden(), images),
                Networks.classes(run.golden(), images));
        return loss.losses(output.logits(), output.encodedBoxes(), targets, normalizer.update(targets.foreground()));
    }

    private static void firstStep(
            GoldenRun run, RetinaNet network, RetinaNetPredictions output, RetinaNetLoss.Losses losses, double divisor)
            throws IOException {
        run.expect("out.loss_cls", losses.classification());
        run.expect("out.loss_box_reg", losses.box());
        run.expect("out.loss_normalizer", new double[] {divisor});
        for (int level = 0; level < LEVELS; level++) {
            Tensor map = output.features().get(level);
            String suffix = "_p" + (level + 3);
            run.expect("out.feat" + suffix, map, Networks.CHANNELS_FIRST);
            run.expect("out.logits" + suffix, asMap(output.logits().get(level), map), Networks.CHANNELS_FIRST);
            run.expect("out.deltas" + suffix, asMap(output.boxes(level), map), Networks.CHANNELS_FIRST);
        }
        for (Map.Entry<String, Tensor> entry : network.buffers().entrySet()) {
            String name = "out.after_" + entry.getKey();
            if (run.golden().has(name)) {
                run.expect(name, entry.getValue());
            }
        }
    }

    private static void gradients(GoldenRun run, RetinaNet network, Gradients gradients) throws IOException {
        Map<String, Parameter> parameters = network.parameters();
        List<String> names = Networks.strings(run.golden().attrs().required("grad_norms_params"));
        run.expect(
                "out.grad_norms",
                names.stream()
                        .mapToDouble(name -> Networks.norm(gradients.of(parameters.get(name))))
                        .toArray());
        for (String name : names) {
            if (run.golden().has("grad." + name)) {
                Tensor gradient = gradients.of(parameters.get(name));
                run.expect("grad." + name, gradient, Networks.toFile(gradient));
            }
        }
    }

    private static void trained(GoldenRun run, RetinaNet network, List<Double> history) throws IOException {
        run.expect(
                "out.train_losses",
                history.stream().mapToDouble(Double::doubleValue).toArray());
        Map<String, Parameter> parameters = network.parameters();
        List<String> names = Networks.strings(run.golden().attrs().required("grad_norms_params"));
        run.expect(
                "out.train_param_norms",
                names.stream()
                        .mapToDouble(name -> Networks.norm(parameters.get(name).data()))
                        .toArray());
        for (String name : names) {
            if (run.golden().has("out.trained_" + name)) {
                Tensor data = parameters.get(name).data();
                run.expect("out.trained_" + name, data, Networks.toFile(data));
            }
        }
    }

    private static void detections(GoldenRun run, RetinaNet network) throws IOException {
        GoldenCase golden = run.golden();
        JsonNode attrs = golden.attrs();
        DetectionPostprocessor postprocessor =
                DetectionPostprocessor.retinaNet(attrs.required("num_classes").intValue());
        try (Scope scope = Scope.open()) {
            RetinaNetPredictions output = network.forward(Networks.images(run));
            List<double[]> anchors = network.anchors(output.features());
            for (int n = 0; n < attrs.required("image_sizes").size(); n++) {
                List<LevelPrediction> levels = new ArrayList<>();
                for (int level = 0; level < LEVELS; level++) {
                    levels.add(new LevelPrediction(
                            anchors.get(level),
                            output.logits().get(level).narrow(n, 1).toFloats(),
                            output.boxes(level).narrow(n, 1).toFloats(),
                            BoxCoder.RETINANET));
                }
                ImageSize seen = size(attrs.required("image_sizes").get(n));
                Detections found = postprocessor
                        .detect(levels, seen)
                        .rescale(
                                seen,
                                size(attrs.required("detection_output_sizes").get(n)));
                golden.expectExact("out.det_classes_" + n, found.classes());
                // Predictions reach the postprocessor in float32, whatever the network computes in.
                golden.expectWithin("out.det_scores_" + n, found.scores(), golden.tolerance("out.det_scores_" + n));
                golden.expectWithin("out.det_boxes_" + n, found.boxes(), golden.tolerance("out.det_boxes_" + n));
            }
        }
    }

    private static ImageSize size(JsonNode heightAndWidth) {
        List<Integer> size = Networks.integers(heightAndWidth);
        return new ImageSize(size.get(0), size.get(1));
    }
}
