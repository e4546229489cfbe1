package dev.retort.kernels.simd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.kernels.simd.Gemm.Matrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Matrix products against a triple loop in double precision. */
class GemmTest {
    private static final int[] SIZES = {1, 4, 6, 13, 31, 207};
    private static final int OFFSET = 3;
    private static final int GAP = 5;

    private record Case(
            int m,
            int n,
            int k,
            boolean transA,
            boolean transB,
            float alpha,
            boolean accumulate,
            boolean bias,
            boolean relu) {
        int stepA() {
            return (transA ? m : k) + GAP;
        }

        int stepB() {
            return (transB ? k : n) + GAP;
        }

        int stepC() {
            return n + GAP;
        }

        float[] a() {
            return Engines.random(OFFSET + (transA ? k : m) * stepA(), 1);
        }

        float[] b() {
            return Engines.random(OFFSET + (transB ? n : k) * stepB(), 2);
        }

        float[] c() {
            return Engines.random(OFFSET + m * stepC(), 3);
        }

        float[] run(Engine engine) {
            float[] c = c();
            Matrix a = new Matrix(a(), OFFSET, stepA(), transA, 0, 0);
            Matrix b = new Matrix(b(), OFFSET, stepB(), transB, 0, 0);
            Epilogue epilogue =
                    bias || relu ? new Epilogue(bias ? Engines.random(n + 2, 4) : null, 2, relu) : Epilogue.NONE;
            new Gemm(engine).multiply(1, 1, m, n, k, alpha, a, b, Matrix.of(c, OFFSET, stepC()), accumulate, epilogue);
            return c;
        }

        void check(Engine engine) {
            float[] a = a();
            float[] b = b();
            float[] before = c();
            float[] after = run(engine);
            float[] offsets = Engines.random(n + 2, 4);
            for (int i = 0; i < before.length; i++) {
                int row = (i - OFFSET) / stepC();
                int column = (i - OFFSET) % stepC();
                if (i < OFFSET || column >= n) {
                    assertThat(after[i]).as("outside C at %d, %s", i, this).isEqualTo(before[i]);
                    continue;
                }
                double sum = 0;
                for (int p = 0; p < k; p++) {
                    double x = a[OFFSET + (transA ? p * stepA() + row : row * stepA() + p)];
                    double y = b[OFFSET + (transB ? column * stepB() + p : p * stepB() + column)];
                    sum += x * y;
                }
                double expected = alpha * sum + (accumulate ? before[i] : 0) + (bias ? offsets[2 + column] : 0);
                if (relu) {
                    expected = Math.max(expected, 0);
                }
                assertThat((double) after[i])
                        .as("C[%d, %d], %s", row, column, this)
                        .isCloseTo(expected, within(tolerance()));
            }
        }

        /** Rounding of k products of size up to 1, each of which may move the sum by half an ulp of sqrt(k). */
        private double tolerance() {
            return 1e-6 * Math.sqrt(k + 1.0) + 1e-7 * Math.abs(alpha) * k;
        }
    }

    @ParameterizedTest
    @MethodSource("dev.retort.kernels.simd.Engines#both")
    void allSizesAndTransposes(Engine engine) {
        for (int m : SIZES) {
            for (int n : SIZES) {
                for (int k : SIZES) {
                    for (int t = 0; t < 4; t++) {
                        if ((long) m * n * k < 3_000_000 || t == 0) {
                            new Case(m, n, k, (t & 1) != 0, (t & 2) != 0, 1f, false, false, false).check(engine);
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.retort.kernels.simd.Engines#both")
    void severalDepthStepsAndColumnTasks(Engine engine) {
        for (int t = 0; t < 4; t++) {
            boolean transA = (t & 1) != 0;
            boolean transB = (t & 2) != 0;
            new Case(29, 1100, 300, transA, transB, 0.5f, true, false, false).check(engine);
            new Case(300, 47, 777, transA, transB, 1f, false, true, true).check(engine);
            new Case(5, 40, 1025, transA, transB, -2f, false, false, true).check(engine);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.retort.kernels.simd.Engines#both")
    void epiloguesAndEmptyExtents(Engine engine) {
        for (int n : new int[] {1, 16, 32, 33, 48, 70}) {
            new Case(31, n, 20, false, true, 1f, false, true, false).check(engine);
            new Case(15, n, 20, false, false, 1f, true, false, true).check(engine);
            new Case(9, n, 0, false, false, 1f, true, false, false).check(engine);
            new Case(9, n, 0, false, false, 1f, false, true, false).check(engine);
        }
        new Case(0, 4, 4, false, false, 1f, false, false, false).check(engine);
        new Case(4, 0, 4, false, false, 1f, false, false, false).check(engine);
    }

    /** Attention's layout: heads side by side in the last axis, read in place through the two batch strides. */
    @ParameterizedTest
    @MethodSource("dev.retort.kernels.simd.Engines#both")
    void twoBatchStrides(Engine engine) {
        int images = 2;
        int heads = 3;
        int rows = 7;
        int keys = 11;
        int d = 5;
        float[] q = Engines.random(images * rows * heads * d, 1);
        float[] k = Engines.random(images * keys * heads * d, 2);
        float[] logits = new float[images * heads * rows * keys];
        new Gemm(engine)
                .multiply(
                        images,
                        heads,
                        rows,
                        keys,
                        d,
                        0.5f,
                        Matrix.of(q, 0, heads * d).batched(rows * heads * d, d),
                        Matrix.of(k, 0, heads * d).transpose().batched(keys * heads * d, d),
                        Matrix.of(logits, 0, keys).batched(heads * rows * keys, rows * keys),
                        false,
                        Epilogue.NONE);
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
                                .isCloseTo(0.5 * sum, within(1e-6));
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
                for (Case c : new Case[] {
                    new Case(207, 207, 531, transA, transB, 1f, false, true, true),
                    new Case(4, 1031, 600, transA, transB, 1f, false, false, false),
                    new Case(1031, 31, 600, transA, transB, 1f, true, false, false)
                }) {
                    assertThat(c.run(pair[1])).as("%s", c).isEqualTo(c.run(pair[0]));
                }
            }
        }
    }

    @Test
    void refusesATransposedTarget() {
        Matrix matrix = Matrix.of(new float[16], 0, 4);
        assertThatThrownBy(
                        () -> new Gemm(Engines.PLAIN).multiply(4, 4, 4, 1f, matrix, matrix, matrix.transpose(), false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("transpose A and B");
    }
}
