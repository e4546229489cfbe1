package dev.retort.nn.optim;

import dev.retort.tensor.ComposedOperations.AdamWSettings;
import dev.retort.tensor.Tensor;
import java.util.List;

/**
 * Adam with decoupled weight decay (arXiv 1711.05101, algorithm 2) as PyTorch's; the decay acts before the step. State:
 * {@code exp_avg} and {@code exp_avg_sq}.
 */
public final class AdamW extends Optimizer {
    private final double beta1;
    private final double beta2;
    private final double eps;

    /** One group, betas 0.9 and 0.999, eps 1e-8. */
    public AdamW(ParameterGroup group, Clipping clipping) {
        this(List.of(group), 0.9, 0.999, 1e-8, clipping);
    }

    /** @throws IllegalArgumentException if a beta is not in [0, 1) or eps is not positive */
    public AdamW(List<ParameterGroup> groups, double beta1, double beta2, double eps, Clipping clipping) {
        super(groups, clipping, List.of("exp_avg", "exp_avg_sq"));
        if (!(beta1 >= 0 && beta1 < 1) || !(beta2 >= 0 && beta2 < 1) || !(eps > 0)) {
            throw new IllegalArgumentException(
                    "AdamW needs betas in [0, 1) and eps > 0, got " + beta1 + ", " + beta2 + " and " + eps);
        }
        this.beta1 = beta1;
        this.beta2 = beta2;
        this.eps = eps;
    }

    @Override
    void update(Tensor value, Tensor gradient, Slot slot, double learningRate, double weightDecay) {
        AdamWSettings settings = new AdamWSettings(learningRate, beta1, beta2, eps, weightDecay);
        value.backend().adamwStep(value, gradient, slot.tensors[0], slot.tensors[1], slot.steps, settings);
    }
}
