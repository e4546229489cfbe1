package dev.retort.kernels.simd.internal.loops;

import dev.retort.tensor.CompareOp;
import dev.retort.tensor.LogicalOp;
import java.util.Arrays;

/** Comparison, logic and choice on runs; truth values are bytes, 0 or 1. A step is 1, or 0 for a single element. */
public final class ChoiceLoops {
    private ChoiceLoops() {}

    public static void compare(
            CompareOp op, float[] a, int aOff, int aStep, float[] b, int bOff, int bStep, byte[] y, int yOff, int n) {
        switch (op) {
            case EQ -> equal(a, aOff, aStep, b, bOff, bStep, y, yOff, n);
            case NE -> {
                equal(a, aOff, aStep, b, bOff, bStep, y, yOff, n);
                not(y, yOff, n);
            }
            case LT -> less(a, aOff, aStep, b, bOff, bStep, y, yOff, n);
            case GT -> less(b, bOff, bStep, a, aOff, aStep, y, yOff, n);
            case LE -> lessOrEqual(a, aOff, aStep, b, bOff, bStep, y, yOff, n);
            case GE -> lessOrEqual(b, bOff, bStep, a, aOff, aStep, y, yOff, n);
        }
    }

    private static void equal(
            float[] a, int aOff, int aStep, float[] b, int bOff, int bStep, byte[] y, int yOff, int n) {
        if (aStep == bStep) {
            for (int i = 0; i < n; i++) {
                y[yOff + i] = (byte) (a[aOff + i] == b[bOff + i] ? 1 : 0);
            }
            return;
        }
        float value = aStep == 0 ? a[aOff] : b[bOff];
        float[] run = aStep == 0 ? b : a;
        int off = aStep == 0 ? bOff : aOff;
        for (int i = 0; i < n; i++) {
            y[yOff + i] = (byte) (run[off + i] == value ? 1 : 0);
        }
    }

    private static void less(
            float[] a, int aOff, int aStep, float[] b, int bOff, int bStep, byte[] y, int yOff, int n) {
        if (aStep == bStep) {
            for (int i = 0; i < n; i++) {
                y[yOff + i] = (byte) (a[aOff + i] < b[bOff + i] ? 1 : 0);
            }
        } else if (aStep == 0) {
            float value = a[aOff];
            for (int i = 0; i < n; i++) {
                y[yOff + i] = (byte) (value < b[bOff + i] ? 1 : 0);
            }
        } else {
            float value = b[bOff];
            for (int i = 0; i < n; i++) {
                y[yOff + i] = (byte) (a[aOff + i] < value ? 1 : 0);
            }
        }
    }

    private static void lessOrEqual(
            float[] a, int aOff, int aStep, float[] b, int bOff, int bStep, byte[] y, int yOff, int n) {
        if (aStep == bStep) {
            for (int i = 0; i < n; i++) {
                y[yOff + i] = (byte) (a[aOff + i] <= b[bOff + i] ? 1 : 0);
            }
        } else if (aStep == 0) {
            float value = a[aOff];
            for (int i = 0; i < n; i++) {
                y[yOff + i] = (byte) (value <= b[bOff + i] ? 1 : 0);
            }
        } else {
            float value = b[bOff];
            for (int i = 0; i < n; i++) {
                y[yOff + i] = (byte) (a[aOff + i] <= value ? 1 : 0);
            }
        }
    }

    private static void not(byte[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = (byte) (1 - y[yOff + i]);
        }
    }

    public static void logical(
            LogicalOp op, byte[] a, int aOff, int aStep, byte[] b, int bOff, int bStep, byte[] y, int yOff, int n) {
        if (aStep == bStep) {
            logicalRuns(op, a, aOff, b, bOff, y, yOff, n);
            return;
        }
        boolean value = (aStep == 0 ? a[aOff] : b[bOff]) != 0;
        byte[] run = aStep == 0 ? b : a;
        int off = aStep == 0 ? bOff : aOff;
        boolean decided = op == LogicalOp.AND ? !value : op == LogicalOp.OR && value;
        if (decided) {
            Arrays.fill(y, yOff, yOff + n, (byte) (value ? 1 : 0));
            return;
        }
        System.arraycopy(run, off, y, yOff, n);
        if (op == LogicalOp.XOR && value) {
            not(y, yOff, n);
        }
    }

    private static void logicalRuns(LogicalOp op, byte[] a, int aOff, byte[] b, int bOff, byte[] y, int yOff, int n) {
        switch (op) {
            case AND -> {
                for (int i = 0; i < n; i++) {
                    y[yOff + i] = (byte) (a[aOff + i] & b[bOff + i]);
                }
            }
            case OR -> {
                for (int i = 0; i < n; i++) {
                    y[yOff + i] = (byte) (a[aOff + i] | b[bOff + i]);
                }
            }
            case XOR -> {
                for (int i = 0; i < n; i++) {
                    y[yOff + i] = (byte) (a[aOff + i] ^ b[bOff + i]);
                }
            }
        }
    }

    /** y = c ? a : b. */
    public static void where(
            byte[] c,
            int cOff,
            int cStep,
            float[] a,
            int aOff,
            int aStep,
            float[] b,
            int bOff,
            int bStep,
            float[] y,
            int yOff,
            int n) {
        if (cStep == 0) {
            boolean first = c[cOff] != 0;
            copy(first ? a : b, first ? aOff : bOff, first ? aStep : bStep, y, yOff, n);
        } else if (aStep == 1 && bStep == 1) {
            for (int i = 0; i < n; i++) {
                y[yOff + i] = c[cOff + i] != 0 ? a[aOff + i] : b[bOff + i];
            }
        } else if (aStep == 1) {
            float other = b[bOff];
            for (int i = 0; i < n; i++) {
                y[yOff + i] = c[cOff + i] != 0 ? a[aOff + i] : other;
            }
        } else if (bStep == 1) {
            float value = a[aOff];
            for (int i = 0; i < n; i++) {
                y[yOff + i] = c[cOff + i] != 0 ? value : b[bOff + i];
            }
        } else {
            float value = a[aOff];
            float other = b[bOff];
            for (int i = 0; i < n; i++) {
                y[yOff + i] = c[cOff + i] != 0 ? value : other;
            }
        }
    }

    private static void copy(float[] x, int xOff, int step, float[] y, int yOff, int n) {
        if (step == 1) {
            System.arraycopy(x, xOff, y, yOff, n);
        } else {
            Arrays.fill(y, yOff, yOff + n, x[xOff]);
        }
    }
}
