package dev.retort.detection.model.fcos;

import dev.retort.detection.model.BoxOutput;
import dev.retort.detection.model.fcos.FcosSettings.BoxQuality;
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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An FCOS as ONNX, choosing as {@link FcosPostprocessor} does. Its deltas are distances in strides, 0 or more. */
final class FcosOnnx implements OnnxForm {
    private final Fcos model;
    private final FcosVariant variant;
    private final FcosPostprocessor postprocessor;
    private final String quality;

    FcosOnnx(Fcos model) {
        this.model = model;
        FcosSettings settings = model.options().settings();
        variant = settings.variant();
        postprocessor = FcosPostprocessor.of(variant, model.options().numClasses());
        quality = settings.boxQuality() == BoxQuality.IOU ? "iou" : "centerness";
    }

    @Override
    public List<OnnxLevel> levels(OnnxLayers layers, OnnxValue images) {
        List<OnnxLevel> levels = new ArrayList<>();
        for (OnnxValue map :
                OnnxBackbone.levels(layers, "backbone", model.pyramid().options(), images)) {
            levels.add(level(layers, map, levels.size()));
        }
        return levels;
    }

    private OnnxLevel level(OnnxLayers layers, OnnxValue map, int number) {
        OnnxValue logits = layers.convolution("head.cls_score", tower(layers, "head.cls_subnet.", map));
        OnnxValue boxes = tower(layers, "head.bbox_subnet.", map);
        OnnxValue encoded = layers.convolution("head.bbox_pred", boxes);
        if (variant.scalesLevels()) {
            encoded = encoded.op("Mul", layers.weight("head.scales." + number + ".scale"));
        }
        Map<String, OnnxValue> outputs = new LinkedHashMap<>();
        outputs.put("logits", OnnxLayers.rows(logits, postprocessor.numClasses()));
        boolean direct = model.options().settings().boxes() == BoxOutput.DIRECT;
        outputs.put("deltas", direct ? OnnxLayers.rows(encoded.op("Relu"), 4) : OnnxDistribution.distances(encoded));
        outputs.put(quality, OnnxLayers.rows(layers.convolution("head.ctrness", boxes), 1));
        return new OnnxLevel(map, outputs);
    }

    private OnnxValue tower(OnnxLayers layers, String prefix, OnnxValue map) {
        return layers.tower(
                prefix, model.options().headConvolutions(), model.options().groups() > 0, map);
    }

    @Override
    public OnnxCandidates candidates(int number, OnnxLevel level, OnnxValue images) {
        OnnxGraph graph = images.graph();
        double stride = FcosPoints.stride(number);
        OnnxValue units = graph.numbers(new long[] {4}, -stride, -stride, stride, stride);
        return new OnnxCandidates(
                ranks(level),
                scores -> scores,
                level.outputs().get("deltas"),
                points(number, level, images),
                (distances, points) -> distances.op("Mul", units).op("Add", points));
    }

    /** The scores of candidates. */
    private OnnxValue ranks(OnnxLevel level) {
        OnnxGraph graph = level.map().graph();
        OnnxValue probability = level.outputs().get("logits").op("Sigmoid");
        OnnxValue score = probability
                .op("Mul", level.outputs().get(quality).op("Sigmoid"))
                .op("Sqrt");
        return (postprocessor.thresholdsClass() ? probability : score)
                .op("Greater", graph.number(postprocessor.scoreThreshold()))
                .op("Where", score, graph.number(OnnxSelection.NO_CANDIDATE));
    }

    /** The points of a level as boxes without extent, as {@link FcosPoints#level} has them. */
    private OnnxValue points(int number, OnnxLevel level, OnnxValue images) {
        double[] point = new double[4];
        if (variant.pointsAreCenters()) {
            OnnxValue stride = images.graph().number(FcosPoints.stride(number));
            return OnnxGrid.boxes(level.map(), point, 0.5, stride, stride);
        }
        OnnxValue stepX = images.dim(3).op("Div", level.map().dim(3)).asFloat();
        OnnxValue stepY = images.dim(2).op("Div", level.map().dim(2)).asFloat();
        return OnnxGrid.boxes(level.map(), point, 0, stepX, stepY);
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
