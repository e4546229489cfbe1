package dev.retort.distill.fgd;

import dev.retort.distill.region.RegionWeights;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;

/**
 * Where a map is large (FGD, arXiv 2111.11837, section 3.1): softmaxes of mean magnitudes, scaled to a mean of 1.
 *
 * @param cells [N, h, w, 1]: h*w * softmax over cells of (mean over channels of |x|)/T
 * @param channels [N, 1, 1, C]: C * softmax over channels of (mean over cells of |x|)/T
 */
public record FgdAttention(Tensor cells, Tensor channels) {
    /**
     * The attention of a map [N, h, w, C], in the caller's scope.
     *
     * @param temperature T
     */
    public static FgdAttention of(Tensor map, double temperature) {
        try (Scope scope = Scope.open()) {
            int channels = map.dim(3);
            Tensor magnitude = map.abs().mean(1, 2).div(temperature);
            Tensor weights = magnitude.softmax(1).mul((double) channels).reshape(map.dim(0), 1, 1, channels);
            return new FgdAttention(
                    scope.keep(RegionWeights.activation(map, temperature)), scope.keep(weights));
        }
    }
}
