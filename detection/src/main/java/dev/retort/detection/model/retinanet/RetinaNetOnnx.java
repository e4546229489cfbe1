package dev.retort.detection.model.retinanet;

import dev.retort.detection.box.AnchorGenerator;
import dev.retort.detection.box.AnchorRule;
import dev.retort.detection.box.BoxCoder;
import dev.retort.detection.box.DetectionPostprocessor;
import dev.retort.detection.model.BoxDistribution;
import dev.retort.detection.model.BoxOutput;
import dev.retort.detection.onnx.OnnxBackbone;
import dev.retort.detection.onnx.OnnxCandidates;
import dev.retort.detection.onnx.OnnxDistribution;
import dev.retort.detection.onnx.OnnxForm;
import dev.retort.detection.onnx.OnnxGraph;
import dev.retort.detection.onnx.OnnxGrid;
import dev.retort.detection.onnx.OnnxLayers;
import dev.retort.detection.onnx.OnnxLevel;
import dev.retort.detection.onnx.OnnxSelection;
import dev.retort.detection.onnx.OnnxValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A RetinaNet as ONNX, choosing as {@link DetectionPostprocessor} does. */
final class RetinaNetOnnx implements OnnxForm {
    private final RetinaNet model;
    private final DetectionPostprocessor postprocessor;

    RetinaNetOnnx(RetinaNet model) {
        this.model = model;
        postprocessor = model.options().postprocessor();
    }

    @Override
    public List<OnnxLevel> levels(OnnxLayers layers, OnnxValue images) {
        return OnnxBackbone.levels(layers, "backbone", model.pyramid().options(), images).stream()
                .map(map -> level(layers, map))
                .toList();
    }

    private OnnxLevel level(OnnxLayers layers, OnnxValue map) {
        Map<String, OnnxValue> outputs = new LinkedHashMap<>();
        OnnxValue logits = layers.convolution("head.cls_score", tower(layers, "head.cls_subnet.", map));
        outputs.put("logits", OnnxLayers.rows(logits, postprocessor.numClasses()));
        OnnxValue boxes = layers.convolution("head.bbox_pred", tower(layers, "head.bbox_subnet.", map));
        outputs.put(
                "deltas",
                isDirect() ? OnnxLayers.rows(boxes, BoxDistribution.EDGES) : OnnxDistribution.distances(boxes));
        return new OnnxLevel(map, outputs);
    }

    private boolean isDirect() {
        return model.options().boxes() == BoxOutput.DIRECT;
    }

    private OnnxValue tower(OnnxLayers layers, String prefix, OnnxValue map) {
        boolean norms = model.options().headGroups() > 0;
        return layers.tower(prefix, model.options().headConvolutions(), norms, map);
    }

    @Override
    public OnnxCandidates candidates(int number, OnnxLevel level, OnnxValue images) {
        OnnxGraph graph = images.graph();
        AnchorGenerator anchors = model.options().anchors();
        boolean exact = anchors.rule() == AnchorRule.DETECTRON2;
        OnnxValue stride = graph.number(anchors.strides().get(number));
        OnnxValue stepX =
                exact ? stride : images.dim(3).op("Div", level.map().dim(3)).asFloat();
        OnnxValue stepY =
                exact ? stride : images.dim(2).op("Div", level.map().dim(2)).asFloat();
        // The sigmoid rises, and in float32 it joins logits that differ: these rank.
        return new OnnxCandidates(
                level.outputs().get("logits"),
                this::scores,
                level.outputs().get("deltas"),
                OnnxGrid.boxes(level.map(), anchors.cellAnchors(number), anchors.offset(), stepX, stepY),
                isDirect()
                        ? this::decode
                        : (distances, boxes) -> OnnxDistribution.decode(
                                distances, boxes, anchors.strides().get(number)));
    }

    private OnnxValue scores(OnnxValue logits) {
        OnnxGraph graph = logits.graph();
        OnnxValue probability = logits.op("Sigmoid");
        return probability
                .op("Greater", graph.number(postprocessor.scoreThreshold()))
                .op("Where", probability, graph.number(OnnxSelection.NO_CANDIDATE));
    }

    /** As {@link BoxCoder#decode}. */
    private OnnxValue decode(OnnxValue deltas, OnnxValue anchors) {
        OnnxGraph graph = deltas.graph();
        BoxCoder coder = BoxCoder.RETINANET;
        long[] pair = {2};
        OnnxValue topLeft = anchors.slice(2, 0, 2);
        OnnxValue size = anchors.slice(2, 2, 4).op("Sub", topLeft);
        OnnxValue halfSize = size.op("Mul", graph.number(0.5));
        OnnxValue center = deltas.slice(2, 0, 2)
                .op("Div", graph.numbers(pair, coder.weightX(), coder.weightY()))
                .op("Mul", size)
                .op("Add", topLeft.op("Add", halfSize));
        OnnxValue half = deltas.slice(2, 2, 4)
                .op("Div", graph.numbers(pair, coder.weightWidth(), coder.weightHeight()))
                .op("Min", graph.number(coder.scaleClamp()))
                .op("Exp")
                .op("Mul", halfSize);
        return graph.node("Concat", Map.of("axis", 2), center.op("Sub", half), center.op("Add", half));
    }

    @Override
    public OnnxSelection selection() {
        return new OnnxSelection(
                postprocessor.numClasses(),
                postprocessor.topCandidates(),
                postprocessor.nmsThreshold(),
                postprocessor.maxDetections(),
                postprocessor.clipsFirst());
    }
}
