package dev.retort.autograd;

import dev.retort.autograd.KernelCheck.DoubleGradient;
import dev.retort.autograd.KernelCheck.DoubleKernel;
import dev.retort.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * Kernels as somebody outside writes them, with hand-written gradients: each formula once, evaluated in float64, or with every
 * elementary operation rounded to float32.
 */
final class ForeignKernels {
    private ForeignKernels() {}

    /** Rounds after every operation: to float, or not at all. */
    private interface Round {
        double of(double x);

        /** a + b*c with two roundings. */
        default double fma(double a, double b, double c) {
            return of(a + of(b * c));
        }
    }

    private interface Formula {
        double[] forward(Round round, double[][] in);
    }

    private interface Derivative {
        double[][] backward(Round round, double[][] in, double[] g);
    }

    /** A kernel with inputs that suit it. */
    record Sample(String name, Formula formula, Derivative derivative, double low, double high, Shape[] shapes) {
        DoubleKernel forward() {
            return in -> formula.forward(x -> x, in);
        }

        DoubleGradient gradient() {
            return (in, g) -> derivative.backward(x -> x, in, g);
        }

        /** The factor that a float32 check finds beside the kernel's own rounding at any seed. */
        double visible() {
            return name.equals("maximum") || name.equals("layer norm from 9.0") ? 1.02 : 1.001;
        }

        /** In float64, with gradients that are off by a factor. */
        KernelCheck doubles(double factor) {
            DoubleGradient gradient = (in, g) -> scaled(derivative.backward(x -> x, in, g), factor);
            return KernelCheck.ofDoubles(forward(), gradient).between(low, high).inputs(shapes);
        }

        /** In float32, with gradients that are off by a factor. */
        KernelCheck floats(double factor) {
            return KernelCheck.ofFloats(
                            in -> Kernel.narrow(formula.forward(x -> (float) x, wide(in))),
                            (in, g) -> narrow(
                                    scaled(derivative.backward(x -> (float) x, wide(in), Kernel.wide(g)), factor)))
                    .between(low, high)
                    .inputs(shapes);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static double[][] scaled(double[][] gradients, double factor) {
        for (double[] gradient : gradients) {
            for (int i = 0; i < gradient.length; i++) {
                gradient[i] *= factor;
            }
        }
        return gradients;
    }

    private static double[][] wide(float[][] arrays) {
        return Arrays.stream(arrays).map(Kernel::wide).toArray(double[][]::new);
    }

    private static float[][] narrow(double[][] arrays) {
        return Arrays.stream(arrays).map(Kernel::narrow).toArray(float[][]::new);
    }

    private static Sample elementwise(
            String name, double low, double high, int size, DoubleUnaryOperator f, DoubleUnaryOperator slope) {
        return new Sample(
                name,
                (r, in) ->
                        Arrays.stream(in[0]).map(x -> r.of(f.applyAsDouble(x))).toArray(),
                (r, in, g) -> {
                    double[] gradient = new double[g.length];
                    Arrays.setAll(gradient, i -> r.of(g[i] * r.of(slope.applyAsDouble(in[0][i]))));
                    return new double[][] {gradient};
                },
                low,
                high,
                new Shape[] {Shape.of(size)});
    }

    static List<Sample> all() {
        List<Sample> all = new ArrayList<>();
        all.add(elementwise("relu", -1, 1, 60, x -> Math.max(x, 0), x -> x > 0 ? 1 : 0));
        all.add(elementwise("identity", -1, 1, 5, x -> x, x -> 1));
        all.add(elementwise("exp of large", 5, 80, 20, Math::exp, Math::exp));
        all.add(elementwise("log of tiny", 1e-6, 1e-3, 20, Math::log, x -> 1 / x));
        all.add(elementwise("log of large", 1e5, 1e7, 20, Math::log, x -> 1 / x));
        all.add(elementwise("square of large", -1e6, 1e6, 20, x -> x * x, x -> 2 * x));
        all.add(elementwise("square of tiny", -1e-6, 1e-6, 20, x -> x * x, x -> 2 * x));
        all.add(elementwise("sqrt", 1e-4, 4, 30, Math::sqrt, x -> 0.5 / Math.sqrt(x)));
        all.add(elementwise("sine of many turns", -20, 20, 30, Math::sin, Math::cos));
        all.add(elementwise(
                "steep tanh",
                -0.02,
                0.02,
                20,
                x -> Math.tanh(200 * x),
                x -> 200 * (1 - Math.tanh(200 * x) * Math.tanh(200 * x))));
        all.add(elementwise("silu", -6, 6, 40, x -> x / (1 + Math.exp(-x)), ForeignKernels::siluSlope));
        all.add(sum(100));
        all.add(mean(200));
        all.add(matmul(7, 40, 5));
        all.add(softmax(60));
        all.add(logSumExp(30, 0, 1));
        all.add(logSumExp(20, 100, 110));
        all.add(layerNorm(32, -1, 1));
        all.add(layerNorm(32, 9, 11));
        all.add(dense(24, 16));
        all.add(maximum(20));
        return all;
    }

    private static double siluSlope(double x) {
        double s = 1 / (1 + Math.exp(-x));
        return s * (1 + x * (1 - s));
    }

    static Sample sum(int n) {
        return new Sample(
                "sum of " + n,
                (r, in) -> {
                    double sum = 0;
                    for (double x : in[0]) {
                        sum = r.of(sum + x);
                    }
                    return new double[] {sum};
                },
                (r, in, g) -> {
                    double[] gradient = new double[n];
                    Arrays.fill(gradient, g[0]);
                    return new double[][] {gradient};
                },
                -1,
                1,
                new Shape[] {Shape.of(n)});
    }

    private static Sample mean(int n) {
        return new Sample(
                "mean of squares of " + n,
                (r, in) -> {
                    double sum = 0;
                    for (double x : in[0]) {
                        sum = r.fma(sum, x, x);
                    }
                    return new double[] {r.of(sum / n)};
                },
                (r, in, g) -> {
                    double[] gradient = new double[n];
                    Arrays.setAll(gradient, i -> r.of(r.of(2 * in[0][i] * g[0]) / n));
                    return new double[][] {gradient};
                },
                -1,
                1,
                new Shape[] {Shape.of(n)});
    }

    private static double[] product(Round r, double[] a, double[] b, int m, int k, int n) {
        double[] c = new double[m * n];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                double sum = 0;
                for (int l = 0; l < k; l++) {
                    sum = r.fma(sum, a[i * k + l], b[l * n + j]);
                }
                c[i * n + j] = sum;
            }
        }
        return c;
    }

    static double[] transposed(double[] a, int rows, int columns) {
        double[] t = new double[a.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                t[j * rows + i] = a[i * columns + j];
            }
        }
        return t;
    }

    static Sample matmul(int m, int k, int n) {
        return new Sample(
                "matmul " + m + " x " + k + " x " + n,
                (r, in) -> product(r, in[0], in[1], m, k, n),
                (r, in, g) -> new double[][] {
                    product(r, g, transposed(in[1], k, n), m, n, k), product(r, transposed(in[0], m, k), g, k, m, n)
                },
                -1,
                1,
                new Shape[] {Shape.of(m, k), Shape.of(k, n)});
    }

    private static double[] softmax(Round r, double[] x) {
        double max = Arrays.stream(x).max().orElse(0);
        double[] y = new double[x.length];
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            y[i] = r.of(Math.exp(r.of(x[i] - max)));
            sum = r.of(sum + y[i]);
        }
        for (int i = 0; i < x.length; i++) {
            y[i] = r.of(y[i] / sum);
        }
        return y;
    }

    private static Sample softmax(int n) {
        return new Sample(
                "softmax",
                (r, in) -> softmax(r, in[0]),
                (r, in, g) -> {
                    double[] y = softmax(r, in[0]);
                    double dot = 0;
                    for (int i = 0; i < n; i++) {
                        dot = r.fma(dot, g[i], y[i]);
                    }
                    double sum = dot;
                    double[] gradient = new double[n];
                    Arrays.setAll(gradient, i -> r.of(y[i] * r.of(g[i] - sum)));
                    return new double[][] {gradient};
                },
                -3,
                3,
                new Shape[] {Shape.of(n)});
    }

    private static Sample logSumExp(int n, double low, double high) {
        return new Sample(
                "log-sum-exp from " + low,
                (r, in) -> {
                    double max = Arrays.stream(in[0]).max().orElse(0);
                    double sum = 0;
                    for (double x : in[0]) {
                        sum = r.of(sum + r.of(Math.exp(r.of(x - max))));
                    }
                    return new double[] {r.of(max + r.of(Math.log(sum)))};
                },
                (r, in, g) -> {
                    double[] gradient = softmax(r, in[0]);
                    Arrays.setAll(gradient, i -> r.of(gradient[i] * g[0]));
                    return new double[][] {gradient};
                },
                low,
                high,
                new Shape[] {Shape.of(n)});
    }

    private static Sample layerNorm(int n, double low, double high) {
        return new Sample(
                "layer norm from " + low,
                (r, in) -> {
                    double[] y = centered(r, in[0]);
                    double scale = scale(r, y);
                    Arrays.setAll(y, i -> r.of(y[i] * scale));
                    return y;
                },
                (r, in, g) -> {
                    double[] y = centered(r, in[0]);
                    double scale = scale(r, y);
                    Arrays.setAll(y, i -> r.of(y[i] * scale));
                    double mean = 0;
                    double dot = 0;
                    for (int i = 0; i < n; i++) {
                        mean = r.of(mean + g[i]);
                        dot = r.fma(dot, g[i], y[i]);
                    }
                    double gMean = r.of(mean / n);
                    double gDot = r.of(dot / n);
                    double[] gradient = new double[n];
                    Arrays.setAll(gradient, i -> r.of(scale * r.of(r.of(g[i] - gMean) - r.of(y[i] * gDot))));
                    return new double[][] {gradient};
                },
                low,
                high,
                new Shape[] {Shape.of(n)});
    }

    private static double[] centered(Round r, double[] x) {
        double sum = 0;
        for (double value : x) {
            sum = r.of(sum + value);
        }
        double mean = r.of(sum / x.length);
        return Arrays.stream(x).map(value -> r.of(value - mean)).toArray();
    }

    private static double scale(Round r, double[] centered) {
        double squares = 0;
        for (double value : centered) {
            squares = r.fma(squares, value, value);
        }
        return r.of(1 / r.of(Math.sqrt(r.of(r.of(squares / centered.length) + 1e-5))));
    }

    /** silu(W x) of one vector. */
    private static Sample dense(int in, int out) {
        return new Sample(
                "dense with silu",
                (r, a) -> {
                    double[] z = product(r, a[1], a[0], out, in, 1);
                    Arrays.setAll(z, i -> r.of(z[i] / r.of(1 + r.of(Math.exp(-z[i])))));
                    return z;
                },
                (r, a, g) -> {
                    double[] z = product(r, a[1], a[0], out, in, 1);
                    Arrays.setAll(z, i -> r.of(g[i] * r.of(siluSlope(z[i]))));
                    return new double[][] {
                        product(r, transposed(a[1], out, in), z, in, out, 1), product(r, z, a[0], out, 1, in)
                    };
                },
                -1,
                1,
                new Shape[] {Shape.of(in), Shape.of(out, in)});
    }

    private static Sample maximum(int n) {
        return new Sample(
                "maximum",
                (r, in) -> new double[] {Arrays.stream(in[0]).max().orElseThrow()},
                (r, in, g) -> {
                    double[] gradient = new double[n];
                    int at = 0;
                    for (int i = 1; i < n; i++) {
                        at = in[0][i] > in[0][at] ? i : at;
                    }
                    gradient[at] = g[0];
                    return new double[][] {gradient};
                },
                -1,
                1,
                new Shape[] {Shape.of(n)});
    }
}
