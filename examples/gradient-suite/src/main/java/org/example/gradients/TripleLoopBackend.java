package org.example.gradients;

import dev.retort.tensor.DType;
import dev.retort.tensor.GemmSpec;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.heap.Elements;
import dev.retort.tensor.reference.ReferenceBackend;
import java.util.EnumSet;
import java.util.Set;

/**
 * A toy of a third party's backend: its matrix products are three loops of its own, all else is the reference's, and it has
 * no convolutions, pooling or resizing. What it does not declare, the reference's checks refuse with the named exception.
 */
public final class TripleLoopBackend extends ReferenceBackend {
    static final String NAME = "triple-loop";

    private static final Set<Operation> ABSENT = EnumSet.of(
            Operation.CONV2D,
            Operation.CONV2D_INPUT_GRADIENT,
            Operation.CONV2D_WEIGHT_GRADIENT,
            Operation.MAX_POOL2D,
            Operation.MAX_POOL2D_GRADIENT,
            Operation.RESIZE_NEAREST,
            Operation.RESIZE_NEAREST_GRADIENT);

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String describe() {
        return NAME + ": an example, 1 thread";
    }

    @Override
    public boolean supports(Operation operation, DType dtype) {
        return !ABSENT.contains(operation) && super.supports(operation, dtype);
    }

    /** Operands are checked by now, and what no product writes is zero. */
    @Override
    protected void gemm(Tensor a, Tensor b, GemmSpec spec, Tensor c) {
        for (int i = 0; i < spec.batch1(); i++) {
            for (int j = 0; j < spec.batch2(); j++) {
                product(Elements.of(a), Elements.of(b), Elements.of(c), spec, i, j);
            }
        }
    }

    private static void product(Elements a, Elements b, Elements c, GemmSpec spec, int i, int j) {
        for (int row = 0; row < spec.m(); row++) {
            for (int column = 0; column < spec.n(); column++) {
                double sum = 0;
                for (int k = 0; k < spec.k(); k++) {
                    sum += a.get(place(spec.a(), i, j, row, k, spec.transposeA()))
                            * b.get(place(spec.b(), i, j, k, column, spec.transposeB()));
                }
                c.set(place(spec.c(), i, j, row, column, false), sum);
            }
        }
    }

    private static int place(GemmSpec.Layout layout, int i, int j, int row, int column, boolean transposed) {
        long within = transposed ? (long) column * layout.ld() + row : (long) row * layout.ld() + column;
        return Math.toIntExact(layout.offset() + i * layout.stride1() + j * layout.stride2() + within);
    }
}
