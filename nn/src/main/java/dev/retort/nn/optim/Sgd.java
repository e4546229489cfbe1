package dev.retort.nn.optim;

import dev.retort.tensor.Backend;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.List;

/**
 * Stochastic gradient descent as PyTorch's: d = gradient + weightDecay*value; buffer = momentum*buffer + d;
 * value -= learningRate*buffer, or learningRate*(d + momentum*buffer) with Nesterov's look-ahead. State: {@code momentum}, none without it.
 */
public final class Sgd extends Optimizer {
    private final double momentum;
    private final boolean nesterov;

    /** The detector's: one group, momentum without look-ahead. */
    public Sgd(ParameterGroup group, double momentum, Clipping clipping) {
        this(List.of(group), momentum, false, clipping);
    }

    /** @throws IllegalArgumentException if momentum is not in [0, 1), or look-ahead is asked for without momentum */
    public Sgd(List<ParameterGroup> groups, double momentum, boolean nesterov, Clipping clipping) {
        super(groups, clipping, momentum == 0 ? List.of() : List.of("momentum"));
        if (!(momentum >= 0 && momentum < 1) || (nesterov && momentum == 0)) {
            throw new IllegalArgumentException("SGD needs momentum in [0, 1), above 0 for Nesterov, got " + momentum);
        }
        this.momentum = momentum;
        this.nesterov = nesterov;
    }

    @Override
    void update(Tensor value, Tensor gradient, Slot slot, double learningRate, double weightDecay) {
        Backend backend = value.backend();
        if (momentum == 0) {
            try (Scope scope = Scope.open()) {
                backend.axpy(value, -learningRate, decayed(value, gradient, weightDecay));
            }
        } else if (nesterov) {
            Tensor buffer = slot.tensors[0];
            try (Scope scope = Scope.open()) {
                Tensor d = decayed(value, gradient, weightDecay);
                backend.assign(buffer, buffer.mul(momentum).add(d));
                backend.axpy(value, -learningRate, d);
                backend.axpy(value, -learningRate * momentum, buffer);
            }
        } else {
            backend.sgdStep(value, gradient, slot.tensors[0], learningRate, momentum, weightDecay);
        }
    }

    private static Tensor decayed(Tensor value, Tensor gradient, double weightDecay) {
        return weightDecay == 0 ? gradient : value.mul(weightDecay).add(gradient);
    }
}
