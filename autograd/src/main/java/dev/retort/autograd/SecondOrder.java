package dev.retort.autograd;

import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The gradient of a function as a function itself: of the same inputs, giving all gradients of sum(r*y), flattened and
 * joined, where r is a random projection. Called with leaves of a tape it works on a tape over that tape, so its own
 * gradients are second derivatives.
 */
record SecondOrder(GradientCheck.Function function, long seed) implements GradientCheck.Function {
    @Override
    public Tensor apply(List<Tensor> inputs) {
        Backend base = Backend.of(inputs.toArray(Tensor[]::new));
        Tensor joined;
        try (Tape tape = Tape.on(base)) {
            List<Tensor> leaves = inputs.stream().map(tape::watch).toList();
            Tensor y = function.apply(leaves);
            Gradients gradients = tape.node(y) == null ? null : gradients(tape, y);
            List<Tensor> parts = new ArrayList<>();
            for (Tensor leaf : leaves) {
                Shape flat = Shape.of(Math.toIntExact(leaf.size()));
                Tensor gradient = gradients == null ? null : gradients.of(leaf);
                parts.add(gradient == null ? base.root().full(flat, DType.F64, 0) : gradient.reshape(flat));
            }
            joined = Scope.release(base.concat(0, parts.toArray(Tensor[]::new)));
        }
        // The tape has taken its scope with it; a reshape gives the result to the caller's.
        try (Tensor result = joined) {
            return result.reshape(result.shape());
        }
    }

    private Gradients gradients(Tape tape, Tensor y) {
        double[] projection = Examination.projection(~seed, Math.toIntExact(y.size()));
        Tensor upstream = tape.root().upload(projection, y.shape(), DType.F64);
        return tape.gradients(List.of(y), List.of(upstream), false);
    }
}
