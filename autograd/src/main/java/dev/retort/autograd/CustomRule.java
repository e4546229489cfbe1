package dev.retort.autograd;

import dev.retort.tensor.Backend;
import dev.retort.tensor.Scope;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** Runs and records a {@link CustomOp}, and holds it to what it promises. */
record CustomRule(CustomOp op) implements Rule.Gradient {
    private static final int MOST_INPUTS = 30;

    static Tensor apply(CustomOp op, Tensor... inputs) {
        CustomRule rule = new CustomRule(op);
        rule.checkInputs(inputs);
        return rule.apply(inputs);
    }

    /** Forward runs at the bottom; each tape on the way up records it once. */
    private Tensor apply(Tensor... inputs) {
        Backend outermost = Backend.of(inputs);
        if (outermost instanceof Tape tape) {
            Tensor output = apply(tape.values(inputs));
            int everything = Rule.OUTPUT | ((1 << inputs.length) - 1);
            return tape.record(new Rule(op.name(), new int[] {everything}, this), output, inputs);
        }
        int[] versions = versions(inputs);
        try (Scope scope = Scope.open()) {
            Tensor output = op.forward(outermost, List.of(inputs));
            if (output == null) {
                throw error("forward returned null in place of its result");
            }
            if (output.backend() != outermost) {
                throw error(
                        "forward returned a tensor that lives on "
                                + output.backend().name() + ", and its inputs live on " + outermost.name()
                                + ": tensors that have a gradient must be among the inputs",
                        output);
            }
            if (!output.dtype().isFloating()) {
                throw error(
                        "forward returned a tensor of type " + output.dtype() + ": it has to be F32 or F64", output);
            }
            for (int i = 0; i < inputs.length; i++) {
                if (inputs[i].storage().version() != versions[i]) {
                    throw error(
                            "forward wrote into input " + i + ", which others use: compute a new tensor", inputs[i]);
                }
            }
            // It may have returned an input, or a tensor that it keeps: the caller gets a handle of its own.
            return scope.keep(output.detach());
        }
    }

    private static int[] versions(Tensor... inputs) {
        return Arrays.stream(inputs).mapToInt(x -> x.storage().version()).toArray();
    }

    private void checkInputs(Tensor... inputs) {
        if (op.name() == null || op.name().isBlank()) {
            throw new IllegalArgumentException(
                    "A custom operation without a name: " + op.getClass().getName() + ".name() returns one");
        }
        if (inputs.length == 0 || inputs.length > MOST_INPUTS) {
            throw error("takes 1 to " + MOST_INPUTS + " inputs, not " + inputs.length);
        }
        for (Tensor input : inputs) {
            if (input.backend().root() != inputs[0].backend().root()) {
                throw error(
                        "inputs live on different backends, "
                                + inputs[0].backend().name() + " and "
                                + input.backend().name() + ": move one by uploading its values",
                        inputs);
            }
        }
    }

    @Override
    public Tensor[] of(Recorded recorded, Tensor g) {
        int count = recorded.node().inputs.length;
        Tensor[] inputs = new Tensor[count];
        int floating = 0;
        for (int i = 0; i < count; i++) {
            inputs[i] = recorded.in(i);
            floating += inputs[i].dtype().isFloating() ? 1 : 0;
        }
        List<Tensor> given = op.backward(recorded.ops(), List.of(inputs), recorded.out(), g);
        if (given == null || given.size() != floating) {
            throw error("backward returned " + (given == null ? "null" : given.size() + " gradients") + " for "
                    + floating + " inputs of type F32 or F64: it returns one for each");
        }
        Tensor[] gradients = new Tensor[count];
        int next = 0;
        for (int i = 0; i < count; i++) {
            if (inputs[i].dtype().isFloating()) {
                gradients[i] = given.get(next++);
                check(gradients[i], inputs[i], i, recorded.ops());
            }
        }
        return gradients;
    }

    private void check(Tensor gradient, Tensor input, int i, Backend ops) {
        if (gradient == null) {
            throw error("backward returned null in place of the gradient of input " + i, input);
        }
        boolean here = gradient.backend() == ops || gradient.backend().root() == gradient.backend();
        if (!here || gradient.backend().root() != ops.root()) {
            throw error(
                    "backward returned a gradient of input " + i + " that lives on "
                            + gradient.backend().name() + ": compute it on " + ops.name(),
                    gradient);
        }
        if (!gradient.shape().equals(input.shape()) || gradient.dtype() != input.dtype()) {
            throw error(
                    "backward returned a gradient " + gradient.dtype() + " " + gradient.shape() + " for input " + i
                            + ", which is " + input.dtype() + " " + input.shape(),
                    gradient,
                    input);
        }
    }

    private ShapeException error(String problem, Tensor... tensors) {
        return new ShapeException("Custom operation '" + op.name() + "': " + problem, tensors);
    }
}
