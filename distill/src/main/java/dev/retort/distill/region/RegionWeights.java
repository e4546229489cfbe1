package dev.retort.distill.region;

import dev.retort.detection.box.GroundTruth;
import dev.retort.detection.model.DensePredictions;
import dev.retort.detection.model.Predictions;
import dev.retort.distill.Distillation;
import dev.retort.distill.DistillationException;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** The weights of a {@link Region} for one batch: constants [N, H_l, W_l, 1] of every level, of any sum. Padding counts as images do. */
public final class RegionWeights {
    /** What activations are divided by before the softmax (FGD's T, arXiv 2111.11837). */
    public static final double TEMPERATURE = 0.5;

    private RegionWeights() {}

    /**
     * The weights of all levels of the teacher's pyramid, finest first.
     *
     * @throws DistillationException if a detector does not predict at places, which the region asks about
     * @throws IllegalArgumentException if the region is conditional
     */
    public static List<Tensor> of(Region region, Distillation.Step step) {
        return of(region, AnchorCells.DEFAULT, step);
    }

    /**
     * As {@link #of(Region, Distillation.Step)}.
     *
     * @param anchors which cells {@link Region#ANCHORS} marks
     */
    public static List<Tensor> of(Region region, AnchorCells anchors, Distillation.Step step) {
        List<Tensor> maps = step.teacher().features();
        return switch (region) {
            case ALL -> maps.stream().map(RegionWeights::all).toList();
            case BOXES ->
                maps.stream()
                        .map(map -> boxes(
                                        step.batch().groundTruth(),
                                        step.batch().height(),
                                        step.batch().width(),
                                        map)
                                .tensor(map))
                        .toList();
            case ANCHORS -> anchors(anchors, step, maps);
            case ACTIVATION ->
                maps.stream().map(map -> activation(map, TEMPERATURE)).toList();
            case SCORE -> scores(step, maps);
            case CONDITIONAL ->
                throw new IllegalArgumentException("A conditional region comes from a decoder, which ICD alone has");
        };
    }

    private static Tensor all(Tensor map) {
        Shape cells = Shape.of(map.dim(0), map.dim(1), map.dim(2), 1);
        return map.backend().root().full(cells, map.dtype(), 1);
    }

    /**
     * 1 in the cells that a box overlaps.
     *
     * @param height of the padded batch, pixels
     * @param width likewise
     * @param map [N, h, w, C]
     */
    public static CellWeights boxes(List<GroundTruth> images, int height, int width, Tensor map) {
        CellWeights weights = new CellWeights(map.dim(0), map.dim(1), map.dim(2));
        for (int image = 0; image < images.size(); image++) {
            weights.mark(image, images.get(image), (double) height / map.dim(1), (double) width / map.dim(2));
        }
        return weights;
    }

    private static List<Tensor> anchors(AnchorCells rule, Distillation.Step step, List<Tensor> maps) {
        DensePredictions student = dense("student", step.student());
        if (!student.areAnchors()) {
            throw new DistillationException(
                    "The region anchors is for detectors with anchors, such as retinanet; the student's places are points:"
                            + " choose another region");
        }
        List<CellWeights> cells = rule.mark(student.places(), step.batch().groundTruth());
        List<Tensor> weights = new ArrayList<>();
        for (int level = 0; level < maps.size(); level++) {
            Tensor map = maps.get(level);
            if (cells.size() != maps.size()
                    || cells.get(level).height() != map.dim(1)
                    || cells.get(level).width() != map.dim(2)) {
                throw new DistillationException(
                        "The levels of student and teacher have different sizes, so the student's"
                                + " anchors mark no cells of the teacher: choose another region");
            }
            weights.add(cells.get(level).tensor(map));
        }
        return weights;
    }

    /**
     * The softmax over cells of the mean magnitude over channels, times the number of cells: [N, h, w, 1] with mean 1 (FGD, arXiv
     * 2111.11837, equations 5 and 7).
     *
     * @param map [N, h, w, C]
     */
    public static Tensor activation(Tensor map, double temperature) {
        try (Scope scope = Scope.open()) {
            int cells = map.dim(1) * map.dim(2);
            Tensor magnitude = map.abs().mean(3).reshape(map.dim(0), cells);
            return scope.keep(magnitude
                    .div(temperature)
                    .softmax(1)
                    .mul((double) cells)
                    .reshape(map.dim(0), map.dim(1), map.dim(2), 1));
        }
    }

    private static List<Tensor> scores(Distillation.Step step, List<Tensor> maps) {
        List<Tensor> logits = dense("teacher", step.teacher()).logits();
        List<Tensor> weights = new ArrayList<>();
        for (int level = 0; level < maps.size(); level++) {
            weights.add(scores(logits.get(level), maps.get(level)));
        }
        return weights;
    }

    /**
     * The best class score of each cell, [N, h, w, 1].
     *
     * @param logits [N, h*w*A, K]
     * @param map [N, h, w, C]
     */
    public static Tensor scores(Tensor logits, Tensor map) {
        try (Scope scope = Scope.open()) {
            int cells = map.dim(1) * map.dim(2);
            Tensor best = logits.reshape(logits.dim(0), cells, -1).max(2).sigmoid();
            return scope.keep(best.reshape(map.dim(0), map.dim(1), map.dim(2), 1));
        }
    }

    private static DensePredictions dense(String who, Predictions predictions) {
        if (predictions instanceof DensePredictions dense) {
            return dense;
        }
        throw new DistillationException("The " + who
                + " does not predict at fixed places of its levels, as RetinaNet and FCOS do: choose another region");
    }
}
