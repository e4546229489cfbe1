package dev.retort.nn.optim;

import dev.retort.autograd.Parameter;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Averages the gradients of several micro-batches, as a group of processes would: the mean over all of them, a missing
 * gradient counting as 0. One buffer a parameter, kept from step to step.
 */
public final class GradientAccumulator implements GradientSource, AutoCloseable {
    private final List<Parameter> parameters;
    private final int microBatches;
    private final Map<Parameter, Tensor> sums = new LinkedHashMap<>();
    private final Set<Parameter> filled = new HashSet<>();
    private int added;

    /** @param microBatches how many make one step */
    public GradientAccumulator(Collection<Parameter> parameters, int microBatches) {
        if (microBatches < 1) {
            throw new IllegalArgumentException("A step needs 1 micro-batch or more, got " + microBatches);
        }
        this.parameters = List.copyOf(parameters);
        this.microBatches = microBatches;
    }

    /**
     * Adds a micro-batch's gradients; those of the tape may go afterwards. The first one after a whole step starts anew.
     *
     * @return whether the step is whole now, so that {@link #of} may be asked
     */
    public boolean add(GradientSource gradients) {
        if (added == microBatches) {
            added = 0;
            filled.clear();
        }
        for (Parameter parameter : parameters) {
            Tensor gradient = gradients.of(parameter);
            if (gradient != null) {
                accumulate(parameter, gradient);
            }
        }
        return ++added == microBatches;
    }

    private void accumulate(Parameter parameter, Tensor gradient) {
        double share = 1.0 / microBatches;
        Tensor sum = sums.get(parameter);
        try (Scope scope = Scope.open()) {
            if (sum == null) {
                sums.put(parameter, Scope.release(gradient.mul(share)));
            } else if (filled.contains(parameter)) {
                sum.backend().axpy(sum, share, gradient);
            } else {
                sum.backend().assign(sum, gradient.mul(share));
            }
        }
        filled.add(parameter);
    }

    /**
     * The mean gradient; null if no micro-batch had one. It stays this accumulator's.
     *
     * @throws IllegalStateException if micro-batches are missing
     */
    @Override
    public Tensor of(Parameter parameter) {
        if (added != microBatches) {
            throw new IllegalStateException(
                    "The step has " + added + " of " + microBatches + " micro-batches: add the others first");
        }
        return filled.contains(parameter) ? sums.get(parameter) : null;
    }

    @Override
    public void close() {
        sums.values().forEach(Tensor::close);
        sums.clear();
        filled.clear();
        added = 0;
    }
}
