package dev.retort.tensor.reference;

import dev.retort.tensor.BinaryOp;
import dev.retort.tensor.CompareOp;
import dev.retort.tensor.DType;
import dev.retort.tensor.LogicalOp;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.UnaryOp;
import dev.retort.tensor.heap.Elements;
import dev.retort.tensor.heap.HeapStorage;

/**
 * Elementwise operations: one formula each, floating types in float64, integers in 64 bits. Public for backends on which
 * integers are rare enough to be served by a formula.
 */
public final class Elementwise {
    private Elementwise() {}

    static void unary(UnaryOp op, Tensor x, Tensor y) {
        Elements from = Elements.of(x);
        Elements to = Elements.of(y);
        for (int i = 0; i < y.size(); i++) {
            to.set(i, apply(op, from.get(i)));
        }
    }

    /** f(x). */
    public static double apply(UnaryOp op, double x) {
        return switch (op) {
            case NEG -> -x;
            case ABS -> Math.abs(x);
            case EXP -> Math.exp(x);
            case LOG -> Math.log(x);
            case LOG1P -> Math.log1p(x);
            case SQRT -> Math.sqrt(x);
            case RSQRT -> 1 / Math.sqrt(x);
            case SQUARE -> x * x;
            case RECIPROCAL -> 1 / x;
            case SIN -> Math.sin(x);
            case COS -> Math.cos(x);
            case TANH -> Math.tanh(x);
            case SIGMOID -> 1 / (1 + Math.exp(-x));
            case RELU -> Math.max(x, 0);
            case ERF -> ErrorFunction.erf(x);
            case GELU -> x * 0.5 * ErrorFunction.erfc(-x / Math.sqrt(2));
            case SOFTPLUS -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
            case FLOOR -> Math.floor(x);
            case CEIL -> Math.ceil(x);
            case ROUND -> Math.rint(x);
            case SIGN -> Math.signum(x);
        };
    }

    /** y = a op b, broadcast. */
    public static void binary(BinaryOp op, Tensor a, Tensor b, Tensor y) {
        int[] placesA = Places.broadcast(a.shape(), y.shape());
        int[] placesB = Places.broadcast(b.shape(), y.shape());
        Elements left = Elements.of(a);
        Elements right = Elements.of(b);
        Elements to = Elements.of(y);
        if (y.dtype().isFloating()) {
            for (int i = 0; i < placesA.length; i++) {
                to.set(i, apply(op, left.get(placesA[i]), right.get(placesB[i])));
            }
        } else {
            for (int i = 0; i < placesA.length; i++) {
                to.setLong(i, apply(op, left.getLong(placesA[i]), right.getLong(placesB[i])));
            }
        }
    }

    private static double apply(BinaryOp op, double a, double b) {
        return switch (op) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case POW -> Math.pow(a, b);
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
        };
    }

    private static long apply(BinaryOp op, long a, long b) {
        return switch (op) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> Math.floorDiv(a, b);
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
            case POW -> throw new AssertionError("refused by HeapOperations");
        };
    }

    /** y = a op b, broadcast. */
    public static void compare(CompareOp op, Tensor a, Tensor b, Tensor y) {
        int[] placesA = Places.broadcast(a.shape(), y.shape());
        int[] placesB = Places.broadcast(b.shape(), y.shape());
        Elements left = Elements.of(a);
        Elements right = Elements.of(b);
        Elements to = Elements.of(y);
        boolean floating = a.dtype().isFloating();
        for (int i = 0; i < placesA.length; i++) {
            boolean holds = floating
                    ? holds(op, left.get(placesA[i]), right.get(placesB[i]))
                    : holds(op, Long.compare(left.getLong(placesA[i]), right.getLong(placesB[i])), 0);
            to.set(i, holds ? 1 : 0);
        }
    }

    private static boolean holds(CompareOp op, double a, double b) {
        return switch (op) {
            case EQ -> a == b;
            case NE -> a != b;
            case LT -> a < b;
            case LE -> a <= b;
            case GT -> a > b;
            case GE -> a >= b;
        };
    }

    static void logical(LogicalOp op, Tensor a, Tensor b, Tensor y) {
        int[] placesA = Places.broadcast(a.shape(), y.shape());
        int[] placesB = Places.broadcast(b.shape(), y.shape());
        Elements left = Elements.of(a);
        Elements right = Elements.of(b);
        Elements to = Elements.of(y);
        for (int i = 0; i < placesA.length; i++) {
            boolean first = left.get(placesA[i]) != 0;
            boolean second = right.get(placesB[i]) != 0;
            boolean result =
                    switch (op) {
                        case AND -> first && second;
                        case OR -> first || second;
                        case XOR -> first != second;
                    };
            to.set(i, result ? 1 : 0);
        }
    }

    /** y = condition ? a : b, broadcast. */
    public static void where(Tensor condition, Tensor a, Tensor b, Tensor y) {
        int[] placesCondition = Places.broadcast(condition.shape(), y.shape());
        int[] placesA = Places.broadcast(a.shape(), y.shape());
        int[] placesB = Places.broadcast(b.shape(), y.shape());
        Elements choice = Elements.of(condition);
        for (int i = 0; i < placesA.length; i++) {
            boolean first = choice.get(placesCondition[i]) != 0;
            Tensor source = first ? a : b;
            copy(source, first ? placesA[i] : placesB[i], y, i, 1);
        }
    }

    /** Moves elements as they are, whatever the dtype. */
    static void copy(Tensor x, int from, Tensor y, int to, int count) {
        System.arraycopy(
                HeapStorage.array(x),
                HeapStorage.offset(x) + from,
                HeapStorage.array(y),
                HeapStorage.offset(y) + to,
                count);
    }

    /** y = min(max(x, low), high). */
    public static void clamp(Tensor x, double low, double high, Tensor y) {
        Elements from = Elements.of(x);
        Elements to = Elements.of(y);
        for (int i = 0; i < y.size(); i++) {
            if (x.dtype() == DType.I64 && from.getLong(i) >= low && from.getLong(i) <= high) {
                to.setLong(i, from.getLong(i));
            } else {
                to.set(i, Math.min(Math.max(from.get(i), low), high));
            }
        }
    }

    static void axpy(Tensor target, double alpha, Tensor source) {
        Elements to = Elements.of(target);
        Elements from = Elements.of(source);
        for (int i = 0; i < target.size(); i++) {
            to.set(i, to.get(i) + alpha * from.get(i));
        }
    }
}
