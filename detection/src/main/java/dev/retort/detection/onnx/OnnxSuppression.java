package dev.retort.detection.onnx;

import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * Chooses detections in the graph, as {@link dev.retort.detection.box.Nms#suppress} does: the best pairs (anchor, class) of each
 * level; suppression within each class over all levels; the best of the rest, clipped to the image, and dropped where nothing is
 * left.
 */
final class OnnxSuppression {
    private final OnnxGraph graph;
    private final OnnxSelection rule;
    private final OnnxValue bounds;
    private final OnnxValue none;

    /** @param images [N, 3, H, W], without padding */
    OnnxSuppression(OnnxSelection rule, OnnxValue images) {
        graph = images.graph();
        this.rule = rule;
        bounds = concat(0, images.dim(3), images.dim(2), images.dim(3), images.dim(2))
                .asFloat();
        none = graph.number(OnnxSelection.NO_CANDIDATE);
    }

    /**
     * Boxes with their classes, of each image in one order.
     *
     * @param boxes [N, B, 4] XYXY
     * @param scores [N, B]
     * @param labels [N, B]
     */
    record Scored(OnnxValue boxes, OnnxValue scores, OnnxValue labels) {}

    /**
     * Detections, best first.
     *
     * @param found [N, D] with D the most detections; behind those that there are boxes and scores are 0 and labels -1
     * @param count how many there are, [N]
     */
    record Chosen(Scored found, OnnxValue count) {}

    Chosen choose(List<OnnxCandidates> levels) {
        List<Scored> best = levels.stream().map(this::best).toList();
        Scored all = new Scored(
                joined(best.stream().map(Scored::boxes).toList()),
                joined(best.stream().map(Scored::scores).toList()),
                joined(best.stream().map(Scored::labels).toList()));
        Scored found = top(padded(suppressed(all)));
        return whole(rule.keepsEmpty() ? found : visible(found));
    }

    /** The best pairs of a level, best first; on equal ranks the lower index goes first, as the operator says. */
    private Scored best(OnnxCandidates level) {
        OnnxValue ranks = level.ranks().reshape(0, -1);
        OnnxValue count = ranks.dim(1).op("Min", graph.integers(rule.topCandidates()));
        List<OnnxValue> top = graph.nodes("TopK", 2, Map.of("axis", 1), ranks, count);
        OnnxValue classes = graph.integer(rule.numClasses());
        OnnxValue anchor = top.get(1).op("Div", classes);
        OnnxValue boxes = level.decode()
                .apply(level.encoded().rows(anchor), level.anchors().op("Gather", anchor));
        return new Scored(
                rule.clipsFirst() ? clipped(boxes) : boxes,
                level.scores().apply(top.get(0)),
                top.get(1).op("Mod", classes));
    }

    /** The scores of suppressed pairs become those of no candidates. */
    private Scored suppressed(Scored all) {
        OnnxValue classes =
                graph.integers(LongStream.range(0, rule.numClasses()).toArray()).reshape(1, -1, 1);
        OnnxValue byClass = all.labels()
                .unsqueeze(1)
                .op("Equal", classes)
                .op("Where", all.scores().unsqueeze(1), none);
        OnnxValue kept = all.boxes()
                .op(
                        "NonMaxSuppression",
                        byClass,
                        graph.integers(rule.maxDetections()),
                        graph.number(rule.nmsThreshold()),
                        graph.number(OnnxSelection.LEAST_SCORE));
        // Rows of image, class, box.
        OnnxValue pairs = graph.node("Gather", Map.of("axis", 1), kept, graph.integers(0, 2));
        OnnxValue scores = none.op("Expand", all.scores().op("Shape"))
                .op("ScatterND", pairs, all.scores().op("GatherND", pairs));
        return new Scored(all.boxes(), scores, all.labels());
    }

    /** So many more rows, no candidates, that the best can be taken however small the image is. */
    private Scored padded(Scored all) {
        int rows = rule.maxDetections();
        return new Scored(
                all.boxes().op("Pad", graph.integers(0, 0, 0, 0, rows, 0)),
                all.scores().op("Pad", graph.integers(0, 0, 0, rows), none),
                all.labels().op("Pad", graph.integers(0, 0, 0, rows)));
    }

    private Scored top(Scored all) {
        List<OnnxValue> top =
                graph.nodes("TopK", 2, Map.of("axis", 1), all.scores(), graph.integers(rule.maxDetections()));
        OnnxValue index = top.get(1);
        return new Scored(all.boxes().rows(index), top.get(0), all.labels().rows(index));
    }

    /** Clipped to the image; what has no area left comes last. */
    private Scored visible(Scored all) {
        OnnxValue boxes = clipped(all.boxes());
        OnnxValue sides = boxes.slice(2, 2, 4).op("Greater", boxes.slice(2, 0, 2));
        OnnxValue solid = sides.slice(2, 0, 1).op("And", sides.slice(2, 1, 2)).reshape(0, -1);
        return top(new Scored(boxes, solid.op("Where", all.scores(), none), all.labels()));
    }

    private Chosen whole(Scored all) {
        OnnxValue found = all.scores().op("Greater", graph.number(OnnxSelection.LEAST_SCORE));
        OnnxValue zero = graph.number(0);
        Scored cleared = new Scored(
                found.unsqueeze(2).op("Where", all.boxes(), zero),
                found.op("Where", all.scores(), zero),
                found.op("Where", all.labels(), graph.integer(-1)));
        OnnxValue count = graph.node("ReduceSum", Map.of("keepdims", 0), found.asInteger(), graph.integers(1));
        return new Chosen(cleared, count);
    }

    private OnnxValue clipped(OnnxValue boxes) {
        return boxes.op("Max", graph.number(0)).op("Min", bounds);
    }

    private OnnxValue joined(List<OnnxValue> levels) {
        return concat(1, levels.toArray(OnnxValue[]::new));
    }

    private OnnxValue concat(int axis, OnnxValue... values) {
        return graph.node("Concat", Map.of("axis", axis), values);
    }
}
