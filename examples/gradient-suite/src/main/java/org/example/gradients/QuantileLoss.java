package org.example.gradients;

import dev.retort.tensor.Tensor;

/**
 * The pinball loss, whose minimum is a quantile: max(q*(y - p), (q - 1)*(y - p)), averaged.
 *
 * @param quantile q, in (0, 1)
 */
public record QuantileLoss(double quantile) {
    /**
     * @param prediction p, any shape
     * @param target y, the same shape
     * @return a scalar
     */
    public Tensor of(Tensor prediction, Tensor target) {
        Tensor error = target.sub(prediction);
        return error.mul(quantile).maximum(error.mul(quantile - 1)).mean();
    }
}
