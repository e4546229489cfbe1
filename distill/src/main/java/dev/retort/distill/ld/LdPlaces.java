package dev.retort.distill.ld;

import dev.retort.detection.box.Boxes;
import dev.retort.detection.box.GroundTruth;
import dev.retort.detection.model.DensePredictions;
import dev.retort.detection.model.Places;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where a batch's predictions are compared.
 *
 * @param positives places that stand for an object, by level; all weights are 1
 * @param region the valuable localization region without them, by level
 */
record LdPlaces(List<Level> positives, List<Level> region) {
    /** Edge of GFL's only anchor of a cell, in strides. */
    private static final double ANCHOR_STRIDES = 8;

    /**
     * Places of one level.
     *
     * @param rows [R], their indexes among the N * R_l places of all images
     * @param weights [R]
     */
    record Level(int[] rows, double[] weights) {
        int count() {
            return rows.length;
        }

        /** Their rows of a level's predictions [N, R_l, k]: [R, k]. */
        Tensor pick(Tensor predictions) {
            try (Scope scope = Scope.open()) {
                Tensor index = predictions.backend().root().tensor(rows, rows.length);
                Tensor flat = predictions.reshape(-1, predictions.dim(2));
                return scope.keep(flat.indexSelect(0, index));
            }
        }

        /** [R], constants of the type of {@code like}. */
        Tensor weights(Tensor like) {
            Backend root = like.backend().root();
            return root.tensor(weights, Shape.of(rows.length), like.dtype());
        }
    }

    /** @param withRegion whether the region is asked for; without it its levels are empty */
    static LdPlaces of(
            DensePredictions predictions, List<GroundTruth> truth, ValuableRegion region, boolean withRegion) {
        List<double[]> anchors = predictions.places().stream()
                .map(places -> predictions.areAnchors() ? places.boxes() : anchors(places))
                .toList();
        List<int[]> labels = predictions.labels(truth).classes();
        List<double[]> weights = truth.stream()
                .map(image -> withRegion
                        ? region.weights(anchors, image.boxes())
                        : new double[anchors.stream().mapToInt(Boxes::count).sum()])
                .toList();
        List<Level> positives = new ArrayList<>();
        List<Level> around = new ArrayList<>();
        int start = 0;
        for (double[] level : anchors) {
            List<Integer> on = new ArrayList<>();
            List<Integer> off = new ArrayList<>();
            List<Double> offWeights = new ArrayList<>();
            int count = Boxes.count(level);
            for (int image = 0; image < truth.size(); image++) {
                for (int place = 0; place < count; place++) {
                    double weight = weights.get(image)[start + place];
                    if (isPositive(labels.get(image)[start + place])) {
                        on.add(image * count + place);
                    } else if (weight > 0) {
                        off.add(image * count + place);
                        offWeights.add(weight);
                    }
                }
            }
            double[] ones = new double[on.size()];
            Arrays.fill(ones, 1);
            positives.add(new Level(ints(on), ones));
            around.add(new Level(
                    ints(off),
                    offWeights.stream().mapToDouble(Double::doubleValue).toArray()));
            start += count;
        }
        return new LdPlaces(positives, around);
    }

    /** Positive places of all levels. */
    int positiveCount() {
        return positives.stream().mapToInt(Level::count).sum();
    }

    private static boolean isPositive(int label) {
        return label >= 0;
    }

    private static int[] ints(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).toArray();
    }

    /** The squares of one stride around points, eight times as wide. */
    private static double[] anchors(Places places) {
        double[] squares = places.boxes();
        double[] anchors = new double[squares.length];
        for (int i = 0; i < squares.length; i += 4) {
            for (int axis = 0; axis < 2; axis++) {
                double center = (squares[i + axis] + squares[i + 2 + axis]) / 2;
                double half = (squares[i + 2 + axis] - squares[i + axis]) / 2 * ANCHOR_STRIDES;
                anchors[i + axis] = center - half;
                anchors[i + 2 + axis] = center + half;
            }
        }
        return anchors;
    }
}
