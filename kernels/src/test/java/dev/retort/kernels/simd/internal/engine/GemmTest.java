package dev.retort.kernels.simd.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.kernels.simd.internal.engine.Engines.Precision;
import dev.retort.kernels.simd.internal.engine.Gemm.Matrix;
import dev.retort.kernels.simd.internal.product.Epilogue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Matrix products of both precisions against a triple loop in double precision. */
class GemmTest {
    private static final int[] SIZES = {1, 4, 6, 13, 31, 207};
    private static final int OFFSET = 3;
    private static final int GAP = 5;

    private record Case(
            Precision precision, int m, int n, int k, boolean transA, boolean transB, boolean bias, boolean relu) {
        int stepA() {
            return (transA ? m : k) + GAP;
        }

        int stepB() {
            return (transB ? k : n) + GAP;
        }

        int stepC() {
            return n + GAP;
        }

        double[] a() {
            return precision.random(OFFSET + (transA ? k : m) * stepA(), 1);
        }

        double[] b() {
            return precision.random(OFFSET + (transB ? n : k) * stepB(), 2);
        }

        double[] c() {
            return precision.random(OFFSET + m * stepC(), 3);
        }

        double[] offsets() {
            return precision.random(n + 2, 4);
        }

        double[] run(Engine engine) {
            double[] offsets = bias ? offsets() : null;
            double[] c = c();
            if (precision == Precision.DOUBLE) {
                multiply(Gemm.doubles(engine), a(), b(), c, offsets);
                return c;
            }
            float[] narrow = Engines.narrow(c);
            multiply(Gemm.floats(engine), Engines.narrow(a()), Engines.narrow(b()), narrow, Engines.narrow(offsets));
            return Engines.widen(narrow);
        }

        private <A> void multiply(Gemm<A> gemm, A a, A b, A c, A offsets) {
            gemm.multiply(
                    1,
                    1,
                    m,
                    n,
                    k,
                    new Matrix<>(a, OFFSET, stepA(), transA, 0, 0),
                    new Matrix<>(b, OFFSET, stepB(), transB, 0, 0),
                    Matrix.of(c, OFFSET, stepC()),
                    Epilogue.bias(offsets, 2, relu));
        }

        void check(Engine engine) {
            double[] a = a();
            double[] b = b();
            double[] before = c();
            double[] after = run(engine);
            double[] offsets = offsets();
            for (int i = 0; i < before.length; i++) {
                int row = (i - OFFSET) / stepC();
                int column = (i - OFFSET) % stepC();
                if (i < OFFSET || column >= n) {
                    assertThat(after[i]).as("outside C at %d, %s", i, this).isEqualTo(before[i]);
                    continue;
                }
                double sum = bias ? offsets[2 + column] : 0;
                for (int p = 0; p < k; p++) {
                    double x = a[OFFSET + (transA ? p * stepA() + row : row * stepA() + p)];
                    double y = b[OFFSET + (transB ? column * stepB() + p : p * stepB() + column)];
                    sum += x * y;
                }
                double expected = relu ? Math.max(sum, 0) : sum;
                if (!(Math.abs(after[i] - expected) <= precision.tolerance(k))) {
                    assertThat(after[i])
                            .as("C[%d, %d], %s", row, column, this)
                            .isCloseTo(expected, within(precision.tolerance(k)));
                }
            }
        }
    }

    private static void check(
            Engine engine, int m, int n, int k, boolean transA, boolean transB, boolean bias, boolean relu) {
        for (Precision precision : Precision.values()) {
            new Case(precision, m, n, k, transA, transB, bias, relu).check(engine);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.retort.kernels.simd.internal.engine.Engines#both")
    void allSizesAndTransposes(Engine engine) {
        for (int m : SIZES) {
            for (int n : SIZES) {
                for (int k : SIZES) {
                    for (int t = 0; t < 4; t++) {
                        if ((long) m * n * k < 3_000_000 || t == 0) {
                            check(engine, m, n, k, (t & 1) != 0, (t & 2) != 0, false, false);
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.retort.kernels.simd.internal.engine.Engines#both")
    void severalDepthStepsAndColumnTasks(Engine engine) {
        for (int t = 0; t < 4; t++) {
            boolean transA = (t & 1) != 0;
            boolean transB = (t & 2) != 0;
            check(engine, 29, 1100, 300, transA, transB, false, false);
            check(engine, 300, 47, 777, transA, transB, true, true);
            check(engine, 5, 40, 1025, transA, transB, false, true);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.retort.kernels.simd.internal.engine.Engines#both")
    void epiloguesAndEmptyExtents(Engine engine) {
        for (int n : new int[] {1, 16, 32, 33, 48, 70}) {
            check(engine, 31, n, 20, false, true, true, false);
            check(engine, 15, n, 20, false, false, false, true);
            check(engine, 9, n, 0, false, false, false, false);
            check(engine, 9, n, 0, false, false, true, false);
        }
        check(engine, 0, 4, 4, false, false, false, false);
        check(engine, 4, 0, 4, false, false, false, false);
    }

    /** Attention's layout: heads side by side in the last axis, read in place through the two batch strides. */
    @ParameterizedTest
    @MethodSource("dev.retort.kernels.simd.internal.engine.Engines#both")
    void twoBatchStrides(Engine engine) {
        int images = 2;
        int heads = 3;
        int rows = 7;
        int keys = 11;
        int d = 5;
        float[] q = Engines.random(images * rows * heads * d, 1);
        float[] k = Engines.random(images * keys * heads * d, 2);
        float[] logits = new float[images * heads * rows * keys];
        Gemm.floats(engine)
                .multiply(
                        images,
                        heads,
                        rows,
                        keys,
                        d,
                        Matrix.of(q, 0, heads * d).batched(rows * heads * d, d),
                        Matrix.of(k, 0, heads * d).transpose().batched(keys * heads * d, d),
                        Matrix.of(logits, 0, keys).batched(heads * rows * keys, rows * keys),
                        Epilogue.none());
        for (int image = 0; image < images; image++) {
            for (int head = 0; head < heads; head++) {
                for (int i = 0; i < rows; i++) {
                    for (int j = 0; j < keys; j++) {
                        double sum = 0;
                        for (int e = 0; e < d; e++) {
                            sum += (double) q[((image * rows + i) * heads + head) * d + e]
                                    * k[((image * keys + j) * heads + head) * d + e];
                        }
                        assertThat((double) logits[((image * heads + head) * rows + i) * keys + j])
                                .isCloseTo(sum, within(1e-6));
                    }
                }
            }
        }
    }

    @Test
    void sameBitsWithAnyNumberOfThreads() {
        for (Engine[] pair : Engines.pairs()) {
            for (int t = 0; t < 4; t++) {
                boolean transA = (t & 1) != 0;
                boolean transB = (t & 2) != 0;
                for (Precision precision : Precision.values()) {
                    for (Case c : new Case[] {
                        new Case(precision, 207, 207, 531, transA, transB, true, true),
                        new Case(precision, 4, 1031, 600, transA, transB, false, false),
                        new Case(precision, 1031, 31, 600, transA, transB, false, false)
                    }) {
                        assertThat(c.run(pair[1])).as("%s", c).isEqualTo(c.run(pair[0]));
                    }
                }
            }
        }
    }

    @Test
    void refusesATransposedTarget() {
        Matrix<float[]> matrix = Matrix.of(new float[16], 0, 4);
        assertThatThrownBy(() -> Gemm.floats(Engines.PLAIN).multiply(4, 4, 4, matrix, matrix, matrix.transpose()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("transpose A and B");
    }
}
