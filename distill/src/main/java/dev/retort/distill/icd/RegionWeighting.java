package dev.retort.distill.icd;

import dev.retort.distill.region.PaddingMask;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.List;

/** Weights of pyramid cells in the form of {@link ConditionalWeighting}'s, the same for all heads; 0 in padding. */
final class RegionWeighting {
    private static final double LEAST_SUM = 1e-12;

    private RegionWeighting() {}

    /**
     * w, [N, heads, 1, S]; a constant.
     *
     * @param levels weights [N, h, w, 1] of each level
     * @param masks padding of each level
     * @param spread whether the valid cells of a level and image have a mean of 1 in the end, so that a softmax over all cells is one
     *     over those
     */
    static Tensor weights(List<Tensor> levels, List<PaddingMask> masks, boolean spread, int heads) {
        try (Scope scope = Scope.open()) {
            Tensor[] parts = new Tensor[levels.size()];
            for (int i = 0; i < parts.length; i++) {
                parts[i] = valid(Constants.of(levels.get(i)), masks.get(i), spread);
            }
            Backend backend = Backend.of(parts);
            Tensor joined = backend.concat(1, parts);
            int images = joined.dim(0);
            int cells = joined.dim(1);
            return scope.keep(backend.zeros(Shape.of(images, heads, 1, cells), joined.dtype())
                    .add(joined.reshape(images, 1, 1, cells)));
        }
    }

    /** [N, h * w], 0 in padding. */
    private static Tensor valid(Tensor level, PaddingMask mask, boolean spread) {
        boolean[] padding = mask.padding();
        double[] counted = new double[padding.length];
        for (int i = 0; i < counted.length; i++) {
            counted[i] = padding[i] ? 0 : 1;
        }
        try (Scope scope = Scope.open()) {
            Shape shape = Shape.of(level.dim(0), level.dim(1) * level.dim(2));
            Tensor valid = level.backend().tensor(counted, shape, level.dtype());
            Tensor weights = level.reshape(shape).mul(valid);
            if (spread) {
                Tensor sum = weights.mean(1).clamp(LEAST_SUM, Double.POSITIVE_INFINITY);
                weights = weights.mul(valid.mean(1).div(sum).reshape(shape.dim(0), 1));
            }
            return scope.keep(weights);
        }
    }
}
