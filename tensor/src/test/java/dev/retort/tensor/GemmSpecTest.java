package dev.retort.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.tensor.GemmSpec.Layout;
import dev.retort.tensor.reference.ReferenceBackend;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A product and the products that give its gradients, against the sums written out. */
class GemmSpecTest {
    private static final int M = 3;
    private static final int N = 4;
    private static final int K = 5;

    private final Backend backend = new ReferenceBackend();
    private final SplittableRandom random = new SplittableRandom(5);

    @AfterEach
    void close() {
        backend.close();
    }

    static Stream<Arguments> specs() {
        return Stream.of(false, true).flatMap(ta -> Stream.of(false, true)
                .flatMap(tb -> Stream.of(
                        Arguments.of(GemmSpec.dense(M, N, K, ta, tb), M * K, K * N, M * N),
                        Arguments.of(strided(ta, tb), 200, 220, 180))));
    }

    /** Two by three matrices with gaps between rows and matrices. */
    private static GemmSpec strided(boolean ta, boolean tb) {
        return new GemmSpec(
                M, N, K, ta, tb, 2, 3, new Layout(1, 6, 93, 31), new Layout(2, 7, 108, 36), new Layout(3, 5, 80, 20));
    }

    @ParameterizedTest
    @MethodSource("specs")
    void multipliesAndDifferentiates(GemmSpec spec, int sizeA, int sizeB, int sizeC) {
        double[] a = random.doubles(sizeA, -1, 1).toArray();
        double[] b = random.doubles(sizeB, -1, 1).toArray();
        double[] g = random.doubles(sizeC, -1, 1).toArray();
        double[] c = new double[sizeC];
        double[] da = new double[sizeA];
        double[] db = new double[sizeB];
        for (int i = 0; i < spec.batch1(); i++) {
            for (int j = 0; j < spec.batch2(); j++) {
                for (int row = 0; row < M; row++) {
                    for (int column = 0; column < N; column++) {
                        int atC = place(spec.c(), i, j, row, column);
                        for (int n = 0; n < K; n++) {
                            int atA = spec.transposeA() ? place(spec.a(), i, j, n, row) : place(spec.a(), i, j, row, n);
                            int atB = spec.transposeB()
                                    ? place(spec.b(), i, j, column, n)
                                    : place(spec.b(), i, j, n, column);
                            c[atC] += a[atA] * b[atB];
                            da[atA] += g[atC] * b[atB];
                            db[atB] += a[atA] * g[atC];
                        }
                    }
                }
            }
        }
        Tensor ta = backend.tensor(a, sizeA);
        Tensor tb = backend.tensor(b, sizeB);
        Tensor tg = backend.tensor(g, sizeC);
        assertThat(backend.gemm(ta, tb, spec, Shape.of(sizeC)).toDoubles()).containsExactly(c, within(1e-14));
        Tensor gradientA = spec.transposeA()
                ? backend.gemm(tb, tg, spec.gradientA(), Shape.of(sizeA))
                : backend.gemm(tg, tb, spec.gradientA(), Shape.of(sizeA));
        Tensor gradientB = spec.transposeB()
                ? backend.gemm(tg, ta, spec.gradientB(), Shape.of(sizeB))
                : backend.gemm(ta, tg, spec.gradientB(), Shape.of(sizeB));
        assertThat(gradientA.toDoubles()).containsExactly(da, within(1e-14));
        assertThat(gradientB.toDoubles()).containsExactly(db, within(1e-14));
        assertThat(spec.coversOutput(sizeC)).isEqualTo(spec.batch1() == 1);
    }

    private static int place(Layout layout, int i, int j, int row, int column) {
        return (int)
                (layout.offset() + i * layout.stride1() + j * layout.stride2() + (long) row * layout.ld() + column);
    }
}
