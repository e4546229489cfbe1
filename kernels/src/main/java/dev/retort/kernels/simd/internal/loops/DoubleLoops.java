package dev.retort.kernels.simd.internal.loops;

import dev.retort.kernels.simd.internal.product.DoubleVectorTiles;
import dev.retort.tensor.BinaryOp;
import dev.retort.tensor.CompareOp;
import dev.retort.tensor.UnaryOp;
import dev.retort.tensor.reference.Elementwise;
import java.util.Arrays;

/**
 * The loops of F64, in plain Java on every engine: doubles are for checking gradients, and of what they are used for only products
 * are worth vectors of their own ({@link DoubleVectorTiles}). A step is 1, or 0 where an operand is a single element.
 * Functions are StrictMath's where Math's could give other bits once it is compiled.
 */
public final class DoubleLoops implements PixelRuns<double[]> {
    /** The one object: it has no state. */
    public static final DoubleLoops LOOPS = new DoubleLoops();

    private DoubleLoops() {}

    public static void unary(UnaryOp op, double[] x, int xOff, double[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = apply(op, x[xOff + i]);
        }
    }

    private static double apply(UnaryOp op, double x) {
        return switch (op) {
            case NEG -> -x;
            case ABS -> Math.abs(x);
            case EXP -> StrictMath.exp(x);
            case LOG -> StrictMath.log(x);
            case LOG1P -> StrictMath.log1p(x);
            case SQRT -> Math.sqrt(x);
            case RSQRT -> 1 / Math.sqrt(x);
            case SQUARE -> x * x;
            case RECIPROCAL -> 1 / x;
            case SIN -> StrictMath.sin(x);
            case COS -> StrictMath.cos(x);
            case TANH -> StrictMath.tanh(x);
            case SIGMOID -> 1 / (1 + StrictMath.exp(-x));
            case RELU -> Math.max(x, 0);
            case SOFTPLUS -> Math.max(x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
            case FLOOR -> Math.floor(x);
            case CEIL -> Math.ceil(x);
            case ROUND -> Math.rint(x);
            case SIGN -> Math.signum(x);
            case ERF, GELU -> Elementwise.apply(op, x);
        };
    }

    /** y = a op b. */
    public static void binary(
            BinaryOp op,
            double[] a,
            int aOff,
            int aStep,
            double[] b,
            int bOff,
            int bStep,
            double[] y,
            int yOff,
            int n) {
        switch (op) {
            case ADD -> {
                for (int i = 0; i < n; i++) {
                    y[yOff + i] = a[aOff + i * aStep] + b[bOff + i * bStep];
                }
            }
            case SUB -> {
                for (int i = 0; i < n; i++) {
                    y[yOff + i] = a[aOff + i * aStep] - b[bOff + i * bStep];
                }
            }
            case MUL -> {
                for (int i = 0; i < n; i++) {
                    y[yOff + i] = a[aOff + i * aStep] * b[bOff + i * bStep];
                }
            }
            case DIV -> {
                for (int i = 0; i < n; i++) {
                    y[yOff + i] = a[aOff + i * aStep] / b[bOff + i * bStep];
                }
            }
            case POW -> {
                for (int i = 0; i < n; i++) {
                    y[yOff + i] = StrictMath.pow(a[aOff + i * aStep], b[bOff + i * bStep]);
                }
            }
            case MAX -> {
                for (int i = 0; i < n; i++) {
                    y[yOff + i] = Math.max(a[aOff + i * aStep], b[bOff + i * bStep]);
                }
            }
            case MIN -> {
                for (int i = 0; i < n; i++) {
                    y[yOff + i] = Math.min(a[aOff + i * aStep], b[bOff + i * bStep]);
                }
            }
        }
    }

    /** y = a op b, as 0 or 1. */
    public static void compare(
            CompareOp op, double[] a, int aOff, int aStep, double[] b, int bOff, int bStep, byte[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = (byte) (holds(op, a[aOff + i * aStep], b[bOff + i * bStep]) ? 1 : 0);
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

    /** y = c ? a : b. */
    public static void where(
            byte[] c,
            int cOff,
            int cStep,
            double[] a,
            int aOff,
            int aStep,
            double[] b,
            int bOff,
            int bStep,
            double[] y,
            int yOff,
            int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = c[cOff + i * cStep] != 0 ? a[aOff + i * aStep] : b[bOff + i * bStep];
        }
    }

    /** y = min(max(x, low), high). */
    public static void clamp(double[] x, int xOff, double low, double high, double[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = Math.min(Math.max(x[xOff + i], low), high);
        }
    }

    /** y += alpha*x. */
    public static void axpy(double alpha, double[] x, int xOff, double[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] += alpha * x[xOff + i];
        }
    }

    @Override
    public void accumulate(double[] x, int xOff, double[] to, int toOff, int n) {
        for (int i = 0; i < n; i++) {
            to[toOff + i] += x[xOff + i];
        }
    }

    @Override
    public void accumulateAt(double[] x, int xOff, int[] pixels, int pixelsOff, double[] to, int toOff, int n) {
        for (int i = 0; i < n; i++) {
            to[toOff + pixels[pixelsOff + i] * n + i] += x[xOff + i];
        }
    }

    @Override
    public void takeLarger(
            double[] x, int xOff, int place, double[] best, int bestOff, int[] where, int whereOff, int n) {
        for (int i = 0; i < n; i++) {
            double value = x[xOff + i];
            double held = best[bestOff + i];
            if (!(value <= held) && held == held) {
                best[bestOff + i] = value;
                where[whereOff + i] = place;
            }
        }
    }

    @Override
    public void clear(double[] to, int from, int end) {
        Arrays.fill(to, from, end, 0);
    }
}
