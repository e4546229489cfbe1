package dev.retort.kernels.simd.internal.loops;

import dev.retort.tensor.UnaryOp;
import dev.retort.tensor.reference.Elementwise;

/** One function of every float of a run. */
public final class FloatFunctions {
    private FloatFunctions() {}

    public static void apply(Runs runs, UnaryOp op, float[] x, int xOff, float[] y, int yOff, int n) {
        switch (op) {
            case NEG -> ArithmeticLoops.negate(x, xOff, y, yOff, n);
            case ABS -> ArithmeticLoops.abs(x, xOff, y, yOff, n);
            case SQRT -> ArithmeticLoops.sqrt(x, xOff, y, yOff, n);
            case RSQRT -> ArithmeticLoops.inverseSqrt(x, xOff, y, yOff, n);
            case SQUARE -> ArithmeticLoops.multiply(x, xOff, x, xOff, y, yOff, n);
            case RECIPROCAL -> ArithmeticLoops.divideValueBy(1f, x, xOff, y, yOff, n);
            case RELU -> runs.clamp(x, xOff, 0f, Float.POSITIVE_INFINITY, y, yOff, n);
            case EXP -> new Activations(runs).exp(x, xOff, y, yOff, n);
            case SIGMOID -> new Activations(runs).sigmoid(x, xOff, y, yOff, n);
            case SOFTPLUS -> new Activations(runs).softplus(x, xOff, y, yOff, n);
            case LOG -> log(x, xOff, y, yOff, n);
            case TANH -> tanh(x, xOff, y, yOff, n);
            case LOG1P, SIN, COS, ERF, GELU, FLOOR, CEIL, ROUND, SIGN -> formula(op, x, xOff, y, yOff, n);
        }
    }

    private static void log(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = FloatMath.log(x[xOff + i]);
        }
    }

    private static void tanh(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = FloatMath.tanh(x[xOff + i]);
        }
    }

    /** Functions that no hot path asks for: the formula in float64. */
    private static void formula(UnaryOp op, float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = (float) Elementwise.apply(op, x[xOff + i]);
        }
    }
}
