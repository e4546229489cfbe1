package dev.retort.testkit.conformance;

import dev.retort.tensor.DType;
import dev.retort.testkit.cases.OperationCase;
import dev.retort.testkit.cases.OperationCase.Accuracy;
import java.util.List;

/** Values put into the operands of a case that its own draw does not have, in every case alike. */
enum Injection {
    /** The case as it is. */
    NONE,
    /** The case as it is, with other random values. */
    OTHER_SEED,
    /** A NaN in the middle of the first floating operand. */
    NAN,
    /** Infinity in the middle of the first floating operand. */
    INFINITY,
    /** Numbers that need all bits of their type, F64, I64 or I32, beside others that differ in the last bit alone. */
    ALL_BITS;

    private static final List<Injection> FOR_CORE = List.of(NAN, INFINITY, ALL_BITS);
    /** What a fused formula makes of infinities depends on the formula. */
    private static final List<Injection> FOR_COMPOSED = List.of(NAN);
    /** As for what rounding makes of numbers that a case does not draw; but integers, and what is only moved, are exact. */
    private static final List<Injection> FOR_EXACT = List.of(NAN, ALL_BITS);

    private static final double STEP = 0x1p-40;
    private static final double[][] F64 = {
        {1, 1 + STEP, -1, -1 - STEP, 1 + STEP, -1 - STEP, 1e-300, 2},
        {1 + STEP, 1, -1 - STEP, -1, 1 + STEP, -1 - STEP, 0.7, 3}
    };
    private static final long[][] I64 = {
        {1L << 53, (1L << 53) + 1, -(1L << 53), -(1L << 53) - 1, (1L << 32) + 1, (1L << 32) + 1, (1L << 53) + 1, 7},
        {(1L << 53) + 1, 1L << 53, -(1L << 53) - 1, -(1L << 53), 2, 1, (1L << 53) + 1, (1L << 53) + 3}
    };
    private static final long[][] I32 = {
        {1 << 24, (1 << 24) + 1, -(1 << 24), -(1 << 24) - 1, (1 << 24) + 1, -(1 << 24) - 1, 5, (1 << 25) + 3},
        {(1 << 24) + 1, 1 << 24, -(1 << 24) - 1, -(1 << 24), (1 << 24) + 1, -(1 << 24) - 1, (1 << 24) + 3, 2}
    };

    /** What is put into the operands of a case besides its own values. */
    static List<Injection> of(OperationCase c, DType dtype, boolean core) {
        boolean exact = dtype.isIndex() || c.accuracy().equals(Accuracy.RELATIVE);
        return core ? FOR_CORE : exact ? FOR_EXACT : FOR_COMPOSED;
    }

    /** Whether the injection changes anything in a case of this dtype. */
    boolean concerns(DType dtype) {
        return switch (this) {
            case NONE, OTHER_SEED -> true;
            case NAN, INFINITY -> dtype.isFloating();
            case ALL_BITS -> dtype == DType.F64 || dtype.isIndex();
        };
    }

    /** Changes every other element of an array of operand {@code operand}, for {@link #ALL_BITS}. */
    static void useAllBits(Object array, int operand) {
        int row = operand % 2;
        if (array instanceof double[] doubles) {
            for (int i = 0; i < doubles.length; i += 2) {
                doubles[i] = F64[row][i / 2 % F64[row].length];
            }
        } else if (array instanceof long[] longs) {
            for (int i = 0; i < longs.length; i += 2) {
                longs[i] = I64[row][i / 2 % I64[row].length];
            }
        } else if (array instanceof int[] ints) {
            for (int i = 0; i < ints.length; i += 2) {
                ints[i] = (int) I32[row][i / 2 % I32[row].length];
            }
        }
    }
}
