package dev.retort.detection.onnx;

import dev.retort.detection.Detector;
import dev.retort.detection.DetectorException;
import dev.retort.detection.box.ImageSize;
import dev.retort.detection.data.ResizeMethod;
import dev.retort.detection.model.DetectionModel;
import dev.retort.detection.onnx.OnnxGraph.Extent;
import dev.retort.detection.proto.ProtoMessage;
import dev.retort.tensor.io.AtomicFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes detectors as ONNX, to be run by ONNX Runtime and others (onnx.ai).
 *
 * <p>The input {@code images} is float32 [N, 3, H, W], red first, any number of images of one size, any H and W unless {@link
 * OnnxOptions#size} fixes them. The graph pads images to what the network needs, and normalizes them if {@link
 * OnnxOptions#normalize} says so; resizing is the caller's.
 *
 * <p>Outputs with {@link OnnxOptions#nms}: {@code boxes} [N, 100, 4] float32 XYXY in pixels of the input, clipped to it; {@code
 * scores} [N, 100] float32, descending; {@code labels} [N, 100] int64, indexes of {@link Detector#categories}; {@code count} [N]
 * int64, how many there are. From {@code count} on boxes and scores are 0 and labels -1.
 *
 * <p>Outputs without it: what the head says of every anchor or point, R in all, levels joined, finest first. Of RetinaNet {@code
 * logits} [N, R, K] and {@code deltas} [N, R, 4], where boxes are distributions the expected distances from the anchors' centers in
 * strides; of FCOS {@code logits}, {@code deltas}, which are distances in strides, and {@code centerness} or {@code iou} [N, R, 1],
 * logits.
 *
 * <p>Metadata: what {@link Detector#metadata} has, and {@code names} of the classes, {@code kind}, {@code strides} of the levels, {@code
 * channels}, {@code mean} and {@code std} in 0 to 255, {@code normalization} inside or outside, {@code resize}.
 */
public final class OnnxExport {
    /** Of the graph and of what produced it. */
    private static final String NAME = "retort";

    /** Protocol buffers are read into signed 32-bit lengths. */
    private static final long MOST_BYTES = Integer.MAX_VALUE;

    private OnnxExport() {}

    /**
     * Writes a detector's network as it is now, whole or not at all.
     *
     * @param detector in evaluation mode
     * @throws DetectorException if its kind has no ONNX form, or the file would have 2 GiB or more, which ONNX does not allow
     * @throws IllegalStateException if its network is in training mode and has batch norms
     * @throws IOException if the file cannot be written; the message names it
     */
    public static void write(Detector detector, Path file, OnnxOptions options) throws IOException {
        ProtoMessage model = model(detector, options);
        if (model.size() > MOST_BYTES) {
            throw new DetectorException("The ONNX file of " + detector + " would have " + model.size()
                    + " bytes, and the format allows " + MOST_BYTES + ": export a smaller network");
        }
        try {
            AtomicFile.write(file, model::writeTo);
        } catch (IOException e) {
            throw AtomicFile.notWritten(file, model.size(), e);
        }
    }

    private static ProtoMessage model(Detector detector, OnnxOptions options) {
        OnnxInput input = OnnxInput.of(detector.normalization());
        return model(graph(detector, input, options), OnnxMetadata.of(detector, input, options), options.opset());
    }

    /** A graph as a ModelProto. */
    static ProtoMessage model(OnnxGraph graph, Map<String, String> metadata, int opset) {
        ProtoMessage model = new ProtoMessage()
                .integer(1, irVersion(opset))
                .text(2, NAME)
                .text(3, metadata.getOrDefault("retort", ""))
                .message(7, graph.message(NAME))
                .message(8, new ProtoMessage().text(1, "").integer(2, opset));
        metadata.forEach((key, value) ->
                model.message(14, new ProtoMessage().text(1, key).text(2, value)));
        return model;
    }

    /** The first version of the file format that has an opset (docs/Versioning.md). */
    private static int irVersion(int opset) {
        return opset <= 18 ? 8 : opset <= 20 ? 9 : 10;
    }

    static OnnxForm form(DetectionModel network, String kind) {
        if (network instanceof OnnxExportable exportable) {
            return exportable.onnxForm();
        }
        throw new DetectorException("A detector of kind " + kind + " cannot be written as ONNX: its network, "
                + network.getClass().getSimpleName() + ", does not say how. It has to implement OnnxExportable");
    }

    private static OnnxGraph graph(Detector detector, OnnxInput input, OnnxOptions options) {
        OnnxForm form = form(detector.network(), detector.recipe().model().kind());
        OnnxGraph graph = new OnnxGraph();
        Extent batch = Extent.named("batch");
        Optional<ImageSize> size = options.size();
        OnnxValue images = graph.input(
                "images",
                batch,
                Extent.of(3),
                size.map(fixed -> Extent.of(fixed.height())).orElse(Extent.named("height")),
                size.map(fixed -> Extent.of(fixed.width())).orElse(Extent.named("width")));
        OnnxValue seen = input.arrange(
                options.normalize() ? input.normalize(images) : images,
                detector.network().sizeDivisor());
        List<OnnxLevel> levels = form.levels(new OnnxLayers(graph, detector.network()), seen);
        if (options.nms()) {
            OnnxSelection rule =
                    form.selection().withEmpty(detector.recipe().data().resize() == ResizeMethod.TORCHVISION);
            addDetections(rule, form, levels, images, seen, batch);
        } else {
            addRaw(levels, batch);
        }
        return graph;
    }

    private static void addDetections(
            OnnxSelection rule, OnnxForm form, List<OnnxLevel> levels, OnnxValue images, OnnxValue seen, Extent batch) {
        List<OnnxCandidates> candidates = new ArrayList<>();
        for (int level = 0; level < levels.size(); level++) {
            candidates.add(form.candidates(level, levels.get(level), seen));
        }
        addDetections(rule, candidates, images, batch);
    }

    static void addDetections(OnnxSelection rule, List<OnnxCandidates> candidates, OnnxValue images, Extent batch) {
        OnnxSuppression.Chosen chosen = new OnnxSuppression(rule, images).choose(candidates);
        OnnxGraph graph = images.graph();
        Extent most = Extent.of(rule.maxDetections());
        graph.output("boxes", chosen.found().boxes(), OnnxGraph.FLOAT, batch, most, Extent.of(4));
        graph.output("scores", chosen.found().scores(), OnnxGraph.FLOAT, batch, most);
        graph.output("labels", chosen.found().labels(), OnnxGraph.INT64, batch, most);
        graph.output("count", chosen.count(), OnnxGraph.INT64, batch);
    }

    private static void addRaw(List<OnnxLevel> levels, Extent batch) {
        for (String name : levels.get(0).outputs().keySet()) {
            OnnxValue[] parts =
                    levels.stream().map(level -> level.outputs().get(name)).toArray(OnnxValue[]::new);
            OnnxGraph graph = parts[0].graph();
            graph.output(
                    name,
                    graph.node("Concat", Map.of("axis", 1), parts),
                    OnnxGraph.FLOAT,
                    batch,
                    Extent.named("anchors"),
                    Extent.named(name + "_columns"));
        }
    }
}
