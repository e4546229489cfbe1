package dev.retort.distill.dense;

import dev.retort.detection.model.PlaceLabels;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Which places of a batch count in a loss of predictions, and what its sum is divided by. All constants.
 *
 * @param weights of each level, [N, R_l, 1]: 1, and 0 at places that the detector's own losses ignore
 * @param share a scalar: 1 by the sum over images of their positive places, at least 1 each
 */
public record CountedPlaces(List<Tensor> weights, Tensor share) {
    public CountedPlaces {
        weights = List.copyOf(weights);
    }

    /**
     * The places by their labels, in the caller's scope.
     *
     * @param logits of each level, [N, R_l, K]: whose type, backend and sizes count
     * @param onlyLevelsWithPositives whether a level without a positive place in the whole batch does not count at all
     */
    public static CountedPlaces of(PlaceLabels labels, List<Tensor> logits, boolean onlyLevelsWithPositives) {
        try (Scope scope = Scope.open()) {
            List<Tensor> weights = new ArrayList<>();
            int start = 0;
            for (Tensor level : logits) {
                int places = level.dim(1);
                double[] values = weights(labels, start, places, onlyLevelsWithPositives);
                Shape shape = Shape.of(level.dim(0), places, 1);
                weights.add(scope.keep(level.backend().root().tensor(values, shape, level.dtype())));
                start += places;
            }
            Tensor first = logits.get(0);
            double[] share = {1 / labels.divisor()};
            return new CountedPlaces(
                    weights, scope.keep(first.backend().root().tensor(share, Shape.SCALAR, first.dtype())));
        }
    }

    /** The sum over levels of a loss, divided; a scalar. */
    public Tensor divided(IntFunction<Tensor> loss) {
        try (Scope scope = Scope.open()) {
            Tensor sum = loss.apply(0);
            for (int level = 1; level < weights.size(); level++) {
                sum = sum.add(loss.apply(level));
            }
            return scope.keep(sum.mul(share));
        }
    }

    private static double[] weights(PlaceLabels labels, int start, int places, boolean onlyWithPositives) {
        double[] values = new double[labels.classes().size() * places];
        boolean positive = false;
        int at = 0;
        for (int[] image : labels.classes()) {
            for (int place = start; place < start + places; place++) {
                positive |= image[place] >= 0;
                values[at++] = image[place] == PlaceLabels.IGNORED ? 0 : 1;
            }
        }
        return onlyWithPositives && !positive ? new double[values.length] : values;
    }
}
