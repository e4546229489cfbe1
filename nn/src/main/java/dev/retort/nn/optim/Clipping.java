package dev.retort.nn.optim;

import dev.retort.tensor.Backend;
import dev.retort.tensor.Origin;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Limits gradients before a step. Nothing is read back to the host. */
public sealed interface Clipping {
    /** Gradients as they are. */
    record None() implements Clipping {
        @Override
        public List<Tensor> clip(List<Tensor> gradients) {
            return gradients;
        }
    }

    /** Every element clamped to [-limit, limit]. */
    record Value(double limit) implements Clipping {
        public Value {
            if (!(limit > 0)) {
                throw new IllegalArgumentException("Clipping needs a limit > 0, got " + limit);
            }
        }

        @Override
        public List<Tensor> clip(List<Tensor> gradients) {
            return gradients.stream().map(g -> g.clamp(-limit, limit)).toList();
        }
    }

    /**
     * All gradients of one optimizer times min(1, limit/(norm + 1e-6)), norm the root of the sum of all squares: PyTorch's
     * clip_grad_norm_.
     */
    record GlobalNorm(double limit) implements Clipping {
        public GlobalNorm {
            if (!(limit > 0)) {
                throw new IllegalArgumentException("Clipping needs a limit > 0, got " + limit);
            }
        }

        @Override
        public List<Tensor> clip(List<Tensor> gradients) {
            if (gradients.isEmpty()) {
                return gradients;
            }
            Tensor norm = norm(gradients).add(1e-6);
            Tensor top = norm.backend().full(Shape.SCALAR, norm.dtype(), limit);
            Tensor coefficient = top.div(norm).clamp(Double.NEGATIVE_INFINITY, 1);
            return gradients.stream().map(g -> g.mul(coefficient)).toList();
        }
    }

    /** The clipped gradients, in order. They, and what they are made with, belong to the caller's scope. */
    List<Tensor> clip(List<Tensor> gradients);

    /** Root of the sum of squares over all elements of one or more gradients: a scalar in the caller's scope. */
    static Tensor norm(List<Tensor> gradients) {
        try (Scope scope = Scope.open(Origin.here())) {
            List<Tensor> squares = new ArrayList<>();
            for (Tensor gradient : gradients) {
                squares.add(gradient.square().sum().reshape(1));
            }
            Backend backend = squares.get(0).backend();
            return scope.keep(
                    backend.concat(0, squares.toArray(Tensor[]::new)).sum().sqrt());
        }
    }
}
