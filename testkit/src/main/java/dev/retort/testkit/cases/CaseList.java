package dev.retort.testkit.cases;

import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.testkit.cases.OperationCase.Accuracy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Collects cases in the order in which they are written down. */
final class CaseList {
    static final Set<DType> FLOATING = EnumSet.of(DType.F32, DType.F64);
    static final Set<DType> NUMBERS = EnumSet.complementOf(EnumSet.of(DType.BOOL));
    static final Set<DType> ALL = EnumSet.allOf(DType.class);

    private final List<OperationCase> cases = new ArrayList<>();

    /** A call with one result; operands come as an array. */
    interface One {
        Tensor apply(Backend ops, Tensor[] x);
    }

    /** A call with several results. */
    interface Several {
        List<Tensor> apply(Backend ops, Tensor[] x);
    }

    List<OperationCase> cases() {
        return cases;
    }

    /** @param operation an {@link dev.retort.tensor.Operation} or the name of a composed operation */
    void one(Object operation, String variant, Set<DType> dtypes, Accuracy accuracy, One call, Operand... operands) {
        several(operation, variant, dtypes, accuracy, (ops, x) -> List.of(call.apply(ops, x)), operands);
    }

    void several(
            Object operation, String variant, Set<DType> dtypes, Accuracy accuracy, Several call, Operand... operands) {
        cases.add(new OperationCase(
                operation + " " + variant,
                operation.toString(),
                dtypes,
                accuracy,
                List.of(operands),
                (ops, inputs) -> call.apply(ops, inputs.toArray(Tensor[]::new))));
    }

    /** A constant if it has more than 1024 elements, the size of a work block: too many for a gradient check of each. */
    static Operand block(Operand operand) {
        return operand.shape().size() > 1024 ? operand.constant() : operand;
    }

    /** For names: 4x6x13. */
    static String text(int... extents) {
        if (extents.length == 0) {
            return "scalar";
        }
        return String.join("x", Arrays.stream(extents).mapToObj(String::valueOf).toList());
    }

    static Tensor scalar(Backend ops, Tensor like, double value) {
        return ops.full(Shape.SCALAR, like.dtype(), value);
    }
}
