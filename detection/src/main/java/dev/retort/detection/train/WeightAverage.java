package dev.retort.detection.train;

import dev.retort.nn.BuildContext;
import dev.retort.nn.Module;
import dev.retort.nn.init.Initializers;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An exponential moving average of a model's weights and statistics: average = d * average + (1 - d) * weights after each step,
 * d = min(decay, (1 + n) / (10 + n)) at the n-th step, so that the first steps do not count for long. As a module it is a
 * section of a checkpoint.
 */
final class WeightAverage extends Module {
    /** Steps after which the decay is nearly the wanted one. */
    private static final int RAMP = 10;

    private final double decay;
    private final Map<Tensor, Tensor> averages = new LinkedHashMap<>();

    WeightAverage(Module model, double decay) {
        super(BuildContext.root(model.backend(), model.dtype(), 0));
        this.decay = decay;
        model.state().forEach((name, tensor) -> {
            averages.put(tensor, buffer(name, tensor.shape(), Initializers.zeros()));
        });
        take();
    }

    /** Starts from the weights as they are now. */
    void take() {
        averages.forEach((weights, average) -> backend().assign(average, weights));
    }

    /** @param steps taken so far, this one included */
    void update(long steps) {
        double kept = Math.min(decay, (1.0 + steps) / (RAMP + steps));
        averages.forEach((weights, average) -> {
            try (Scope scope = Scope.open()) {
                backend().assign(average, average.mul(kept).add(weights.mul(1 - kept)));
            }
        });
    }

    /** Exchanges the model's tensors with the averages; a second call puts them back. */
    void swap() {
        averages.forEach((weights, average) -> {
            try (Scope scope = Scope.open()) {
                Tensor held = weights.mul(1);
                backend().assign(weights, average);
                backend().assign(average, held);
            }
        });
    }
}
