package dev.retort.nn.optim;

import dev.retort.autograd.Parameter;
import dev.retort.tensor.Origin;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Changes parameters by their gradients, in place. A parameter without gradient is left alone: no decay, no state. State
 * tensors, of the parameter's shape, are made at its first gradient.
 */
public abstract sealed class Optimizer implements AutoCloseable permits Sgd, AdamW {
    private final List<ParameterGroup> groups;
    private final Clipping clipping;
    private final List<String> kinds;
    private final Map<String, Slot> slots = new LinkedHashMap<>();

    /** What is kept for one parameter: a tensor of each kind, and the number of its steps so far. */
    static final class Slot {
        final Tensor[] tensors;
        int steps;

        Slot(Tensor[] tensors, int steps) {
            this.tensors = tensors;
            this.steps = steps;
        }
    }

    /** @param kinds names of the state tensors */
    Optimizer(List<ParameterGroup> groups, Clipping clipping, List<String> kinds) {
        this.groups = List.copyOf(groups);
        this.clipping = clipping;
        this.kinds = kinds;
        int count = 0;
        for (ParameterGroup group : groups) {
            count += group.parameters().size();
        }
        if (parameters().size() != count) {
            throw new IllegalArgumentException("A parameter's name stands in two groups of one optimizer");
        }
    }

    /** All parameters of all groups, by name. */
    public final Map<String, Parameter> parameters() {
        Map<String, Parameter> all = new LinkedHashMap<>();
        groups.forEach(group -> all.putAll(group.parameters()));
        return all;
    }

    /**
     * One step.
     *
     * @param learningRate the schedule's learning rate
     * @throws ShapeException if a gradient has another shape than its parameter
     */
    public final void step(GradientSource gradients, double learningRate) {
        try (Scope scope = Scope.open(Origin.here())) {
            Map<String, Tensor> clipped = clip(gradients);
            for (ParameterGroup group : groups) {
                group.parameters().forEach((name, parameter) -> {
                    Tensor gradient = clipped.get(name);
                    if (gradient != null) {
                        Slot slot = slots.computeIfAbsent(name, key -> emptySlot(parameter));
                        slot.steps++;
                        update(
                                parameter.data(),
                                gradient,
                                slot,
                                learningRate * group.learningRateFactor(),
                                group.weightDecay());
                    }
                });
            }
        }
    }

    private Map<String, Tensor> clip(GradientSource source) {
        List<String> names = new ArrayList<>();
        List<Tensor> gradients = new ArrayList<>();
        parameters().forEach((name, parameter) -> {
            Tensor gradient = source.of(parameter);
            if (gradient != null) {
                if (!gradient.shape().equals(parameter.data().shape())) {
                    throw new ShapeException("The gradient of '" + name + "' has shape " + gradient.shape()
                            + ", the parameter " + parameter.data().shape());
                }
                names.add(name);
                gradients.add(gradient);
            }
        });
        List<Tensor> clipped = clipping.clip(gradients);
        Map<String, Tensor> byName = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            byName.put(names.get(i), clipped.get(i));
        }
        return byName;
    }

    private Slot emptySlot(Parameter parameter) {
        Tensor data = parameter.data();
        Tensor[] tensors = new Tensor[kinds.size()];
        for (int i = 0; i < tensors.length; i++) {
            tensors[i] = Scope.release(data.backend().zeros(data.shape(), data.dtype()));
        }
        return new Slot(tensors, 0);
    }

    /** Changes {@code value} and the slot's tensors in place; {@code slot.steps} counts this step. */
    abstract void update(Tensor value, Tensor gradient, Slot slot, double learningRate, double weightDecay);

    /** State tensors as {@code kind.parameter}, for example {@code momentum.head.cls_score.weight}. Do not close them. */
    public final LinkedHashMap<String, Tensor> state() {
        LinkedHashMap<String, Tensor> state = new LinkedHashMap<>();
        slots.forEach((name, slot) -> {
            for (int i = 0; i < kinds.size(); i++) {
                state.put(kinds.get(i) + '.' + name, slot.tensors[i]);
            }
        });
        return state;
    }

    /** Steps taken so far by each parameter that has taken any. */
    public final LinkedHashMap<String, Integer> steps() {
        LinkedHashMap<String, Integer> steps = new LinkedHashMap<>();
        slots.forEach((name, slot) -> steps.put(name, slot.steps));
        return steps;
    }

    /**
     * What {@link #state} must hold for a restored optimizer whose parameters have taken {@code steps}: names with shapes.
     *
     * @throws IllegalArgumentException if a name is none of this optimizer's parameters
     */
    public final Map<String, Shape> expectedState(Map<String, Integer> steps) {
        Map<String, Parameter> parameters = parameters();
        Map<String, Shape> expected = new LinkedHashMap<>();
        for (String name : steps.keySet()) {
            Parameter parameter = parameters.get(name);
            if (parameter == null) {
                throw new IllegalArgumentException(
                        "The saved optimizer has trained '" + name + "', which this one does not train");
            }
            kinds.forEach(
                    kind -> expected.put(kind + '.' + name, parameter.data().shape()));
        }
        return expected;
    }

    /**
     * Goes on where another optimizer stopped.
     *
     * @param state tensors by the names of {@link #expectedState}, on the parameters' backend; they stay the caller's
     * @param steps as {@link #steps} gave them
     */
    public final void restore(Map<String, Tensor> state, Map<String, Integer> steps) {
        expectedState(steps).forEach((name, shape) -> {
            Tensor tensor = state.get(name);
            if (tensor == null || !tensor.shape().equals(shape)) {
                throw new IllegalArgumentException("The optimizer's state '" + name + "' should have shape " + shape
                        + ", got " + (tensor == null ? "none" : tensor.shape()));
            }
        });
        close();
        Map<String, Parameter> parameters = parameters();
        steps.forEach((name, count) -> {
            Slot slot = emptySlot(parameters.get(name));
            for (int i = 0; i < kinds.size(); i++) {
                Tensor target = slot.tensors[i];
                target.backend().assign(target, state.get(kinds.get(i) + '.' + name));
            }
            slot.steps = count;
            slots.put(name, slot);
        });
    }

    /** Forgets all state and gives its memory back. */
    @Override
    public void close() {
        slots.values().forEach(slot -> List.of(slot.tensors).forEach(Tensor::close));
        slots.clear();
    }
}
