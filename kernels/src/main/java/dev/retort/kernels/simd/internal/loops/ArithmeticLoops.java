package dev.retort.kernels.simd.internal.loops;

import dev.retort.tensor.BinaryOp;

/**
 * Elementwise arithmetic on runs of floats: one counted loop over local arrays each, which the JIT turns into vector code. In
 * the names, {@code Value} says that one operand is a single number; {@code y} may be an operand.
 */
public final class ArithmeticLoops {
    private ArithmeticLoops() {}

    /** y = a op b, run by run; {@code aStep} or {@code bStep} is 0 where that operand is a single element, else 1. */
    public static void apply(
            Runs runs,
            BinaryOp op,
            float[] a,
            int aOff,
            int aStep,
            float[] b,
            int bOff,
            int bStep,
            float[] y,
            int yOff,
            int n) {
        if (aStep == bStep) {
            applyRuns(runs, op, a, aOff, b, bOff, y, yOff, n);
        } else if (bStep == 0) {
            applyValue(runs, op, a, aOff, b[bOff], y, yOff, n);
        } else {
            applyToValue(runs, op, a[aOff], b, bOff, y, yOff, n);
        }
    }

    private static void applyRuns(
            Runs runs, BinaryOp op, float[] a, int aOff, float[] b, int bOff, float[] y, int yOff, int n) {
        switch (op) {
            case ADD -> add(a, aOff, b, bOff, y, yOff, n);
            case SUB -> subtract(a, aOff, b, bOff, y, yOff, n);
            case MUL -> multiply(a, aOff, b, bOff, y, yOff, n);
            case DIV -> divide(a, aOff, b, bOff, y, yOff, n);
            case MAX -> runs.larger(a, aOff, b, bOff, y, yOff, n);
            case MIN -> runs.smaller(a, aOff, b, bOff, y, yOff, n);
            case POW -> pow(a, aOff, 1, b, bOff, 1, y, yOff, n);
        }
    }

    private static void applyValue(
            Runs runs, BinaryOp op, float[] a, int aOff, float value, float[] y, int yOff, int n) {
        switch (op) {
            case ADD -> addValue(a, aOff, value, y, yOff, n);
            case SUB -> addValue(a, aOff, -value, y, yOff, n);
            case MUL -> multiplyValue(a, aOff, value, y, yOff, n);
            case DIV -> divideValue(a, aOff, value, y, yOff, n);
            case MAX -> runs.clamp(a, aOff, value, Float.POSITIVE_INFINITY, y, yOff, n);
            case MIN -> runs.clamp(a, aOff, Float.NEGATIVE_INFINITY, value, y, yOff, n);
            case POW -> {
                if (value == 2f) {
                    multiply(a, aOff, a, aOff, y, yOff, n);
                } else {
                    pow(a, aOff, 1, new float[] {value}, 0, 0, y, yOff, n);
                }
            }
        }
    }

    private static void applyToValue(
            Runs runs, BinaryOp op, float value, float[] b, int bOff, float[] y, int yOff, int n) {
        switch (op) {
            case ADD, MUL, MAX, MIN -> applyValue(runs, op, b, bOff, value, y, yOff, n);
            case SUB -> subtractFromValue(value, b, bOff, y, yOff, n);
            case DIV -> divideValueBy(value, b, bOff, y, yOff, n);
            case POW -> pow(new float[] {value}, 0, 0, b, bOff, 1, y, yOff, n);
        }
    }

    static void add(float[] a, int aOff, float[] b, int bOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = a[aOff + i] + b[bOff + i];
        }
    }

    static void addValue(float[] a, int aOff, float value, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = a[aOff + i] + value;
        }
    }

    static void subtract(float[] a, int aOff, float[] b, int bOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = a[aOff + i] - b[bOff + i];
        }
    }

    private static void subtractFromValue(float value, float[] b, int bOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = value - b[bOff + i];
        }
    }

    public static void multiply(float[] a, int aOff, float[] b, int bOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = a[aOff + i] * b[bOff + i];
        }
    }

    public static void multiplyValue(float[] a, int aOff, float value, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = a[aOff + i] * value;
        }
    }

    private static void divide(float[] a, int aOff, float[] b, int bOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = a[aOff + i] / b[bOff + i];
        }
    }

    private static void divideValue(float[] a, int aOff, float value, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = a[aOff + i] / value;
        }
    }

    static void divideValueBy(float value, float[] b, int bOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = value / b[bOff + i];
        }
    }

    /** Not fast: StrictMath, since Math.pow may give other bits once it is compiled. */
    private static void pow(
            float[] a, int aOff, int aStep, float[] b, int bOff, int bStep, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = (float) StrictMath.pow(a[aOff + i * aStep], b[bOff + i * bStep]);
        }
    }

    /** y += alpha*x. */
    public static void axpy(float alpha, float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] += alpha * x[xOff + i];
        }
    }

    static void negate(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = -x[xOff + i];
        }
    }

    static void abs(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = Math.abs(x[xOff + i]);
        }
    }

    static void sqrt(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = (float) Math.sqrt(x[xOff + i]);
        }
    }

    static void inverseSqrt(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = 1f / (float) Math.sqrt(x[xOff + i]);
        }
    }
}
